-- A month is the whole weeks whose Monday it holds, so that the weeks beside it add up to it: what these leave over is
-- known to anyone who subtracts, and is counted here to be judged like a count of its own.
with reports as (

    select
        reports.report_id,
        reports.territory,
        {{ area_of_zone('reports.territory', 'reports.zone') }} as area_id,
        reports.category,
        cast(date_trunc('month', reports.week_start_date) as date) as month_start_date,
        reports.reporter_token,
        {{ key_of('reports.reporter_token') }} as key_id,
        if(weeks.reporter_count < 11, concat(reports.zone, ' ', reports.week_start_date), null) as withheld_week
    from {{ ref('int_reports__current') }} as reports
    inner join {{ ref('int_reports__counted') }} as weeks
        on
            reports.territory = weeks.territory
            and reports.zone = weeks.zone
            and reports.category = weeks.category
            and reports.week_start_date = weeks.week_start_date

),

-- As in a week: the persons of a sum are at least those of its fullest key.
keys as (

    select
        territory,
        area_id,
        category,
        month_start_date,
        key_id,
        count(report_id) as report_count,
        count(distinct reporter_token) as reporter_count,
        max(if(reporter_token is null, 1, 0)) as anonymous_count,
        count(withheld_week) as rest_report_count,
        count(distinct if(withheld_week is not null, reporter_token, null)) as rest_reporter_count,
        max(if(withheld_week is not null and reporter_token is null, 1, 0)) as rest_anonymous_count,
        collect_set(withheld_week) as withheld_weeks
    from reports
    group by territory, area_id, category, month_start_date, key_id

)

select
    territory,
    area_id,
    category,
    month_start_date,
    sum(report_count) as report_count,
    max(reporter_count) + max(anonymous_count) as reporter_count,
    sum(rest_report_count) as rest_report_count,
    max(rest_reporter_count) + max(rest_anonymous_count) as rest_reporter_count,
    size(array_distinct(flatten(collect_list(withheld_weeks)))) as rest_week_count
from keys
group by territory, area_id, category, month_start_date
