-- Every combination has its row: no row is told by its absence. The weeks of a category are those that its feeds cover:
-- where another feed of the city began earlier, nobody knows whether there was none. A week is told once it is over for
-- all feeds of its category that still send: two looks at one that goes on would tell what came between them.
with subjects as (

    select
        territory,
        feed,
        category,
        min(min(week_start_date)) over (partition by territory, feed) as first_week_date,
        max(max(reported_local_date)) over (partition by territory, feed) as last_report_date
    from {{ ref('int_reports__current') }}
    group by territory, feed, category

),

-- Who has not sent for four weeks, when others have, holds nothing up.
ends as (

    select
        territory,
        category,
        first_week_date,
        date_sub({{ week_start('date_add(last_report_date, 1)') }}, 7) as last_week_date,
        last_report_date < date_sub(max(last_report_date) over (partition by territory), 28) as is_ended
    from subjects

),

told as (

    select
        territory,
        category,
        min(first_week_date) as first_week_date,
        coalesce(min(if(is_ended, null, last_week_date)), max(last_week_date)) as last_week_date
    from ends
    group by territory, category

),

weeks as (

    select
        territory,
        category,
        explode(sequence(first_week_date, last_week_date, interval 7 days)) as week_start_date
    from told
    where first_week_date <= last_week_date

),

zones as (

    select distinct
        territory,
        zone
    from {{ ref('int_reports__counted') }}

)

select
    zones.territory,
    zones.zone,
    weeks.category,
    weeks.week_start_date,
    cast(if(counts.reporter_count < 11, null, coalesce(counts.report_count, 0)) as int) as report_count,
    coalesce(counts.reporter_count < 11, false) as is_suppressed
from zones
inner join weeks on zones.territory = weeks.territory
left join {{ ref('int_reports__counted') }} as counts
    on
        zones.territory = counts.territory
        and zones.zone = counts.zone
        and weeks.category = counts.category
        and weeks.week_start_date = counts.week_start_date
