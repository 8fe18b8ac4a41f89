select
    incidents.incident_id,
    incidents.territory,
    incidents.occurred_at,
    incidents.occurred_local_date,
    incidents.week_start_date,
    incidents.type,
    incidents.premises,
    incidents.neighbourhood,
    incidents.lon,
    incidents.lat,
    incidents.cell_id,
    cells.cell_id is not null as is_in_territory,
    incidents.origin
from {{ ref('int_incidents__deduplicated') }} as incidents
left join {{ ref('dim_cell') }} as cells on incidents.cell_id = cells.cell_id
