-- A month is the whole weeks whose Monday it holds, so that the weeks beside it add up to it: what these leave over is
-- known to anyone who subtracts, and is counted here to be judged like a count of its own.
with reports as (

    select
        reports.report_id,
        reports.territory,
        {{ area_of_zone('reports.territory', 'reports.zone') }} as area_id,
        reports.category,
        cast(date_trunc('month', reports.week_start_date) as date) as month_start_date,
        coalesce(reports.reporter_token, 'anonymous') as reporter,
        if(weeks.reporter_count < 11, concat(reports.zone, ' ', reports.week_start_date), null) as withheld_week
    from {{ ref('stg_marseille__citizen_reports') }} as reports
    inner join {{ ref('int_reports__counted') }} as weeks
        on
            reports.territory = weeks.territory
            and reports.zone = weeks.zone
            and reports.category = weeks.category
            and reports.week_start_date = weeks.week_start_date

)

select
    territory,
    area_id,
    category,
    month_start_date,
    count(report_id) as report_count,
    count(distinct reporter) as reporter_count,
    count(withheld_week) as rest_report_count,
    count(distinct if(withheld_week is not null, reporter, null)) as rest_reporter_count,
    count(distinct withheld_week) as rest_week_count
from reports
group by territory, area_id, category, month_start_date
