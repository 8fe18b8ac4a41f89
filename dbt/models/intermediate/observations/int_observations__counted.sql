-- A class that a sensor has ever seen is counted in each of its frames: none in view is a figure too, and no gap.
with sensors as (

    select
        territory,
        sensor_id,
        cell_id,
        detected_at,
        detected_local_at,
        detected_local_date,
        week_start_date,
        object_class,
        object_count,
        collect_set(if(object_count > 0, object_class, null)) over (partition by territory, sensor_id) as seen_classes
    from {{ ref('shape_detection') }}

),

classes as (

    select
        territory,
        sensor_id,
        cell_id,
        detected_at,
        detected_local_at,
        detected_local_date,
        week_start_date,
        object_class,
        object_count,
        explode(seen_classes) as seen_class
    from sensors

)

select
    territory,
    sensor_id,
    concat('detected_', seen_class) as quantity,
    if(seen_class = 'human', 'persons', 'objects') as unit,
    max(cell_id) as cell_id,
    detected_at,
    detected_local_at,
    detected_local_date,
    week_start_date,
    cast(coalesce(sum(if(object_class = seen_class, object_count, 0)), 0) as double) as object_count
from classes
group by territory, sensor_id, seen_class, detected_at, detected_local_at, detected_local_date, week_start_date
