-- Every combination has its row: no row is told by its absence.
with weeks as (

    select
        territory,
        explode(sequence(min(week_start_date), max(week_start_date), interval 7 days)) as week_start_date
    from {{ ref('int_reports__current') }}
    group by territory

),

zones as (

    select distinct
        territory,
        zone
    from {{ ref('int_reports__current') }}

),

categories as (

    select distinct
        territory,
        category
    from {{ ref('int_reports__current') }}

)

select
    zones.territory,
    zones.zone,
    categories.category,
    weeks.week_start_date,
    cast(if(counts.reporter_count < 11, null, coalesce(counts.report_count, 0)) as int) as report_count,
    coalesce(counts.reporter_count < 11, false) as is_suppressed
from zones
inner join categories on zones.territory = categories.territory
inner join weeks on zones.territory = weeks.territory
left join {{ ref('int_reports__counted') }} as counts
    on
        zones.territory = counts.territory
        and zones.zone = counts.zone
        and categories.category = counts.category
        and weeks.week_start_date = counts.week_start_date
