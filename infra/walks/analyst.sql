-- Where have break-ins changed by more than chance, this year against last? / Où les cambriolages ont-ils changé au-delà du hasard, d'une année à l'autre ?
with span as (
    select max(occurred_local_date) as last_date
    from fct_incidents
    where territory = 'toronto'
),
counted as (
    select
        coalesce(cells.area_name, 'Toronto') as area_name,
        count_if(incidents.occurred_local_date > span.last_date - interval '1' year) as this_year_count,
        count_if(incidents.occurred_local_date <= span.last_date - interval '1' year) as last_year_count
    from fct_incidents as incidents
    cross join span
    inner join dim_cell as cells on incidents.cell_id = cells.cell_id
    where
        incidents.territory = 'toronto'
        and incidents.type = 'break_and_enter'
        and incidents.occurred_local_date > span.last_date - interval '2' year
    group by grouping sets ((cells.area_name), ())
),
-- The difference of the square roots of two Poisson counts has a known spread: z is in standard deviations of it.
scored as (
    select
        area_name,
        this_year_count,
        last_year_count,
        2 * (sqrt(this_year_count + 0.375) - sqrt(last_year_count + 0.375)) / sqrt(2) as z
    from counted
)
select
    area_name,
    this_year_count,
    last_year_count,
    round(z, 1) as z,
    -- One area of a thousand goes beyond 3.29 by chance.
    abs(z) > 3.29 as is_beyond_noise
from scored
order by abs(z) desc
limit 20;

-- At which hours do break-ins happen, and which hours are doubtful? / À quelles heures a-t-on cambriolé, et quelles heures sont douteuses ?
select
    occurred_local_hour,
    count_if(occurred_local_weekday <= 5) as weekday_count,
    count_if(occurred_local_weekday > 5) as weekend_count,
    bool_or(is_hour_doubtful) as is_hour_doubtful
from fct_incidents
where
    territory = 'toronto'
    and type = 'break_and_enter'
    and occurred_local_date >= (select max(occurred_local_date) from fct_incidents where territory = 'toronto') - interval '3' year
group by occurred_local_hour
order by occurred_local_hour;

-- Which cells to expect the most in next week, and how sure is it? / Quelles mailles attendre en tête la semaine prochaine, et avec quelle sûreté ?
select
    forecasts.week_start_date,
    forecasts.type,
    forecasts.cell_id,
    cells.area_name,
    round(forecasts.expected_count, 2) as expected_count,
    round(forecasts.p_at_least_one, 2) as p_at_least_one,
    forecasts.upper_count as at_most_nine_times_in_ten,
    round(forecasts.baseline_count, 2) as baseline_count,
    forecasts.served
from fct_forecast as forecasts
inner join dim_cell as cells on forecasts.cell_id = cells.cell_id
where
    forecasts.territory = 'toronto'
    and forecasts.week_start_date = (select max(week_start_date) from fct_forecast where territory = 'toronto')
order by forecasts.expected_count desc
limit 20;

-- How did last week's forecast do, beside plain counts? / Qu'a valu la prévision de la semaine dernière, face au simple comptage ?
select
    scores.week_start_date,
    scores.record,
    scores.type,
    scores.method,
    scores.event_count,
    round(scores.hit_rate_5pct, 2) as hit_rate_5pct,
    round(scores.log_score, 3) as log_score,
    round(scores.coverage, 3) as coverage
from fct_forecast_score as scores
where
    scores.territory = 'toronto'
    and scores.week_start_date = (select max(week_start_date) from fct_forecast_score where territory = 'toronto')
order by scores.type, scores.method;

-- What is stale? / Qu'est-ce qui n'est plus frais ?
select
    territory,
    feed,
    last_row_local_date,
    last_ingested_local_at,
    promised_hours,
    now() > late_after_at as is_late_now,
    marts
from dim_feed_freshness
order by late_after_at;

-- How do two districts compare, per square kilometre, over a year? / Comment deux quartiers se comparent-ils, au kilomètre carré, sur un an ?
with counted as (
    select
        areas.area_name,
        incidents.type,
        areas.area_m2 / 1e6 as area_km2,
        count(*) as incident_count
    from fct_incidents as incidents
    inner join dim_cell as cells on incidents.cell_id = cells.cell_id
    inner join dim_area as areas on cells.area_id = areas.area_id
    where
        incidents.territory = 'toronto'
        and areas.area_name in ('Moss Park', 'Bay Street Corridor')
        and incidents.occurred_local_date
        > (select max(occurred_local_date) from fct_incidents where territory = 'toronto') - interval '1' year
    group by areas.area_name, incidents.type, areas.area_m2
)
select
    type,
    area_name,
    incident_count,
    round(incident_count / area_km2) as per_km2,
    -- Nineteen times in twenty a rate of this count lies between the two.
    round(power(greatest(sqrt(incident_count + 0.375) - 0.98, 0), 2) / area_km2) as per_km2_low,
    round(power(sqrt(incident_count + 0.375) + 0.98, 2) / area_km2) as per_km2_high
from counted
order by type, area_name;

-- What do citizens report, by area and month? / Que signalent les habitants, par secteur et par mois ?
select
    reports.month_start_date,
    areas.area_name,
    reports.category,
    reports.report_count,
    if(reports.is_suppressed, 'withheld / non diffusé', '') as note
from fct_report_area_month as reports
inner join dim_area as areas on reports.area_id = areas.area_id
order by reports.month_start_date desc, reports.report_count desc nulls last;

-- How busy and how loud are the streets, by hour of the day? / À quelle heure les rues sont-elles pleines, et bruyantes ?
select
    areas.area_name,
    hours.sensor_id,
    hour(hours.observed_local_hour_at) as local_hour,
    round(avg(hours.mean_value) filter (where hours.quantity = 'passers_by')) as passers_by,
    round(avg(hours.mean_value) filter (where hours.quantity = 'sound_level'), 1) as decibel_a,
    -- Hours with one to ten passers-by are withheld: the mean leaves them out.
    count_if(hours.is_suppressed) as withheld_hours
from fct_observation_hour as hours
inner join dim_area as areas on hours.area_id = areas.area_id
where hours.quantity in ('passers_by', 'sound_level')
group by areas.area_name, hours.sensor_id, hour(hours.observed_local_hour_at)
order by hours.sensor_id, local_hour;

-- Where did the police fine and impound, by month? / Où la police a-t-elle verbalisé et enlevé, par mois ?
select
    acts.month_start_date,
    areas.area_name,
    types.label_en,
    types.label_fr,
    acts.act_count,
    if(acts.is_suppressed, 'withheld / non diffusé', '') as note
from fct_enforcement_area_month as acts
inner join dim_area as areas on acts.area_id = areas.area_id
inner join dim_incident_type as types on acts.type = types.type
where acts.act_count is null or acts.act_count > 0
order by acts.month_start_date desc, acts.act_count desc nulls last;

-- What is planned at one place at the same time, and to be looked at? / Qu'est-ce qui est prévu au même endroit en même temps, et à regarder ?
select
    events.starts_local_date,
    areas.area_name,
    events.kind,
    events.event_id,
    events.starts_local_at,
    events.ends_local_at,
    events.concurrent_count,
    events.expected_count
from fct_planned_event as events
left join dim_area as areas on events.area_id = areas.area_id
where events.concurrent_count > 0
order by events.starts_local_date desc, events.cell_id, events.starts_at;

-- What has changed, in the data and in who serves the forecast? / Qu'est-ce qui a changé, dans les données et dans le modèle servi ?
select
    territory,
    compared_at as at,
    concat(type, ' ', input) as what,
    finding_en,
    finding_fr
from fct_input_drift
where
    has_drifted
    and (territory, week_start_date) in (select territory, max(week_start_date) from fct_input_drift group by territory)
union all
select
    territory,
    decided_at as at,
    concat(model_name, ' ', model_version, ' ', decision) as what,
    reason as finding_en,
    reason as finding_fr
from fct_model_promotion
order by at desc;
