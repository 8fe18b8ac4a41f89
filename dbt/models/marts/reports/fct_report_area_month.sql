-- A month is told once its last week is over.
with months as (

    select
        territory,
        category,
        cast(date_trunc('month', week_start_date) as date) as month_start_date
    from {{ ref('fct_report_zone_week') }}
    group by territory, category, cast(date_trunc('month', week_start_date) as date)
    having date_add(max(week_start_date), 7) > last_day(max(week_start_date))

),

areas as (

    select distinct
        territory,
        {{ area_of_zone('territory', 'zone') }} as area_id
    from {{ ref('fct_report_zone_week') }}

),

-- What the weeks leave over of a month must be no report at all, or a count by eleven persons that leaves each withheld
-- week anything from one report to four: as many reports as weeks would be one each.
judged as (

    select
        territory,
        area_id,
        category,
        month_start_date,
        report_count,
        reporter_count >= 11 and (
            rest_week_count = 0
            or (rest_reporter_count >= 11 and rest_report_count - rest_week_count >= 3)
        ) as is_shown
    from {{ ref('int_reports__summed') }}

)

select
    areas.territory,
    areas.area_id,
    months.category,
    months.month_start_date,
    cast(if(coalesce(judged.is_shown, true), coalesce(judged.report_count, 0), null) as int) as report_count,
    not coalesce(judged.is_shown, true) as is_suppressed
from areas
inner join months on areas.territory = months.territory
left join judged
    on
        areas.territory = judged.territory
        and areas.area_id = judged.area_id
        and months.category = judged.category
        and months.month_start_date = judged.month_start_date
