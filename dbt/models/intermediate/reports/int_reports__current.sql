-- Of a report sent again, the newest batch counts.
with ranked as (

    select
        report_id,
        territory,
        feed,
        reported_local_date,
        week_start_date,
        zone,
        category,
        reporter_token,
        row_number() over (
            partition by territory, report_id
            order by ingested_at desc, batch_id asc
        ) as newest_rank
    from {{ ref('shape_report') }}

)

select
    report_id,
    territory,
    feed,
    reported_local_date,
    week_start_date,
    zone,
    category,
    reporter_token
from ranked
where newest_rank = 1
