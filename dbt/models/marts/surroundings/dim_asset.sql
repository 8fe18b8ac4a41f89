select
    assets.territory,
    assets.asset_id,
    assets.kind,
    assets.name,
    assets.capacity,
    assets.since_local_date,
    cast(assets.until_local_at as date) as until_local_date,
    assets.lon,
    assets.lat,
    assets.route,
    assets.cell_id,
    cells.area_id
from {{ ref('shape_asset') }} as assets
left join {{ ref('dim_cell') }} as cells
    on
        assets.territory = cells.territory
        and assets.cell_id = cells.cell_id
