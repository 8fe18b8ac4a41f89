-- A table: five models read it.
{{ config(materialized='table', partition_by=none) }}

select
    incident_id,
    territory,
    occurred_at,
    occurred_local_at,
    occurred_local_date,
    ended_at,
    ended_local_at,
    known_at,
    week_start_date,
    type,
    type_code,
    premises,
    neighbourhood,
    lon,
    lat,
    cell_id,
    place_grain,
    feed,
    origin,
    batch_id,
    case
        when row_number() over (
            partition by territory, incident_id, occurred_local_date < valid_from_date
            order by ingested_at, batch_id
        ) > 1 then 'duplicate'
        when occurred_local_date < valid_from_date then 'stray'
        else 'kept'
    end as verdict
from {{ ref('shape_incident') }}
