{{ config(materialized='table', partition_by=none) }}

-- One person with many reports counts once; the anonymous ones count together as one. Who reported before and after a
-- rotation has a token under each key, so the persons of a count are at least those of its fullest key: tokens of two
-- keys are never added up, or ten persons could be eleven.
with keys as (

    select
        territory,
        zone,
        category,
        week_start_date,
        {{ key_of('reporter_token') }} as key_id,
        count(report_id) as report_count,
        count(distinct reporter_token) as reporter_count,
        max(if(reporter_token is null, 1, 0)) as anonymous_count
    from {{ ref('int_reports__current') }}
    group by territory, zone, category, week_start_date, {{ key_of('reporter_token') }}

)

select
    territory,
    zone,
    category,
    week_start_date,
    sum(report_count) as report_count,
    max(reporter_count) + max(anonymous_count) as reporter_count
from keys
group by territory, zone, category, week_start_date
