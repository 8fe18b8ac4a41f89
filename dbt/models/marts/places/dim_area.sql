select
    area_id,
    territory,
    area_name,
    kind,
    parent_area_id,
    geometry,
    cast(cell_count as int) as cell_count,
    cast(area_m2 as double) as area_m2,
    source
from {{ source('places', 'territory_areas') }}
where territory in ('{{ built_territories() }}')
