-- No text, redacted or not, goes past bronze: only what a count needs. Of a report sent again, the newest batch counts.
with ranked as (

    select
        report_id,
        reported_at,
        zone,
        category,
        reporter_token,
        row_number() over (partition by report_id order by _ingested_at desc, _batch_id asc) as newest_rank
    from {{ source('marseille', 'citizen_reports') }}

)

select
    report_id,
    'marseille' as territory,
    reported_at,
    cast(from_utc_timestamp(reported_at, 'Europe/Paris') as date) as reported_local_date,
    {{ week_start("from_utc_timestamp(reported_at, 'Europe/Paris')") }} as week_start_date,
    zone,
    category,
    reporter_token
from ranked
where newest_rank = 1
