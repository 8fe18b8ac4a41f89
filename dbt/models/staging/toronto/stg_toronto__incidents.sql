with source as (

    select
        incident_id,
        occurred_at,
        occurred_local_date,
        type,
        premises,
        neighbourhood,
        lon,
        lat,
        x_m,
        y_m,
        _batch_id as batch_id,
        _ingested_at as ingested_at
    from {{ source('toronto', 'toronto_incidents') }}

)

select
    incident_id,
    'toronto' as territory,
    occurred_at,
    cast(from_utc_timestamp(occurred_at, 'America/Toronto') as timestamp_ntz) as occurred_local_at,
    occurred_local_date,
    {{ week_start('occurred_local_date') }} as week_start_date,
    type,
    premises,
    neighbourhood,
    lon,
    lat,
    {{ cell_id('toronto', 'x_m', 'y_m') }} as cell_id,
    'reported' as origin,
    {{ valid_from('toronto_incidents') }} as valid_from_date,
    batch_id,
    ingested_at
from source
