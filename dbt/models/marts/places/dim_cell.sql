select
    cell_id,
    cast(row_number() over (partition by territory order by row, col) - 1 as int) as cell_key,
    territory,
    cast(row as int) as row,
    cast(col as int) as col,
    cast(x_m as double) as x_m,
    cast(y_m as double) as y_m,
    cast(lon as double) as lon,
    cast(lat as double) as lat,
    cast(area_m2 as double) as area_m2,
    area_id,
    area_name
from {{ source('places', 'territory_cells') }}
where territory in ('{{ built_territories() }}')
