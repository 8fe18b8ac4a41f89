-- No text, redacted or not, goes past bronze: only what a count needs.
select
    report_id,
    'marseille' as territory,
    reported_at,
    cast(from_utc_timestamp(reported_at, 'Europe/Paris') as date) as reported_local_date,
    {{ week_start("from_utc_timestamp(reported_at, 'Europe/Paris')") }} as week_start_date,
    zone,
    category,
    reporter_token
from {{ source('marseille', 'citizen_reports') }}
