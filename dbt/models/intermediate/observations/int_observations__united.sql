select
    territory,
    sensor_id,
    quantity,
    unit,
    cell_id,
    observed_at,
    observed_local_at,
    observed_local_date,
    week_start_date,
    value as figure,
    is_withheld,
    cast(null as double) as at_once_count
from {{ ref('shape_observation') }}

union all

select
    territory,
    sensor_id,
    quantity,
    unit,
    cell_id,
    detected_at as observed_at,
    detected_local_at as observed_local_at,
    detected_local_date as observed_local_date,
    week_start_date,
    object_count as figure,
    cast(null as boolean) as is_withheld,
    object_count as at_once_count
from {{ ref('int_observations__counted') }}
