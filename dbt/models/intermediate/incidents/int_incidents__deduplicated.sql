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
    origin
from {{ ref('int_incidents__flagged') }}
where verdict = 'kept'
