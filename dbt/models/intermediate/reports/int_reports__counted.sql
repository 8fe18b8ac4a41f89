-- One person with many reports counts once; the anonymous ones count together as one.
select
    territory,
    zone,
    category,
    week_start_date,
    count(report_id) as report_count,
    count(distinct coalesce(reporter_token, 'anonymous')) as reporter_count
from {{ ref('stg_marseille__citizen_reports') }}
group by territory, zone, category, week_start_date
