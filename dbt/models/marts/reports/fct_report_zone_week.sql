-- Every combination has its row, so that a row tells nothing by being there; one person with many reports counts once.
with weeks as (

    select
        territory,
        explode(sequence(min(week_start_date), max(week_start_date), interval 7 days)) as week_start_date
    from {{ ref('stg_marseille__citizen_reports') }}
    group by territory

),

zones as (

    select distinct
        territory,
        zone
    from {{ ref('stg_marseille__citizen_reports') }}

),

categories as (

    select distinct
        territory,
        category
    from {{ ref('stg_marseille__citizen_reports') }}

),

counts as (

    select
        territory,
        zone,
        category,
        week_start_date,
        count(report_id) as report_count,
        count(distinct coalesce(reporter_token, 'anonymous')) as reporter_count
    from {{ ref('stg_marseille__citizen_reports') }}
    group by territory, zone, category, week_start_date

)

select
    zones.territory,
    zones.zone,
    categories.category,
    weeks.week_start_date,
    cast(if(coalesce(counts.reporter_count, 0) >= 11, counts.report_count, null) as int) as report_count,
    coalesce(counts.reporter_count, 0) < 11 as is_suppressed
from zones
inner join categories on zones.territory = categories.territory
inner join weeks on zones.territory = weeks.territory
left join counts
    on
        zones.territory = counts.territory
        and zones.zone = counts.zone
        and categories.category = counts.category
        and weeks.week_start_date = counts.week_start_date
