-- Of a span, each hour has as much of the incident as of the span (aoristic analysis, Ratcliffe 2000); what lasted
-- over a week has the same part in each hour of one.
with spans as (

    select
        incident_id,
        territory,
        type,
        week_start_date,
        occurred_local_at as began_at,
        least(
            greatest(coalesce(ended_local_at, occurred_local_at), occurred_local_at),
            occurred_local_at + interval 168 hours
        ) as ended_at
    from {{ ref('fct_incidents') }}
    where is_in_territory

),

hours as (

    select
        incident_id,
        territory,
        type,
        week_start_date,
        began_at,
        ended_at,
        explode(
            sequence(
                cast(date_trunc('hour', began_at) as timestamp_ntz),
                cast(date_trunc('hour', greatest(began_at, ended_at - interval 1 second)) as timestamp_ntz),
                interval 1 hour
            )
        ) as hour_at
    from spans

),

parts as (

    select
        incident_id,
        territory,
        type,
        week_start_date,
        began_at = ended_at as is_exact,
        weekday(hour_at) + 1 as local_weekday,
        hour(hour_at) as local_hour,
        if(
            began_at = ended_at,
            1.0,
            (
                unix_seconds(cast(least(ended_at, hour_at + interval 1 hour) as timestamp))
                - unix_seconds(cast(greatest(began_at, hour_at) as timestamp))
            )
            / (unix_seconds(cast(ended_at as timestamp)) - unix_seconds(cast(began_at as timestamp)))
        ) as incident_part
    from hours

)

select
    territory,
    type,
    week_start_date,
    local_weekday,
    local_hour,
    cast(round(sum(incident_part), 6) as double) as incident_weight,
    cast(count(if(is_exact, incident_id, null)) as int) as exact_count
from parts
group by territory, type, week_start_date, local_weekday, local_hour
