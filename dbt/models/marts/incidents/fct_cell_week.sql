select
    cells.cell_id,
    cells.cell_key,
    weeks.week_start_date,
    cast(count(incidents.incident_id) as int) as incident_count,
    weeks.territory,
    weeks.type
from {{ ref('fct_territory_week') }} as weeks
inner join {{ ref('fct_incidents') }} as incidents
    on
        weeks.territory = incidents.territory
        and weeks.type = incidents.type
        and weeks.week_start_date = incidents.week_start_date
inner join {{ ref('dim_cell') }} as cells on incidents.cell_id = cells.cell_id
group by cells.cell_id, cells.cell_key, weeks.week_start_date, weeks.territory, weeks.type
