-- A class that a sensor has ever seen is counted in each of its frames: none in view is a figure too, and no gap.
with frames as (

    select
        territory,
        sensor_id,
        detected_at,
        detected_local_at,
        detected_local_date,
        week_start_date,
        max(cell_id) as cell_id
    from {{ ref('shape_detection') }}
    group by territory, sensor_id, detected_at, detected_local_at, detected_local_date, week_start_date

),

classes as (

    select distinct
        territory,
        sensor_id,
        object_class
    from {{ ref('shape_detection') }}
    where object_count > 0

),

seen as (

    select
        territory,
        sensor_id,
        detected_at,
        object_class,
        sum(object_count) as object_count
    from {{ ref('shape_detection') }}
    group by territory, sensor_id, detected_at, object_class

)

select
    frames.territory,
    frames.sensor_id,
    concat('detected_', classes.object_class) as quantity,
    if(classes.object_class = 'human', 'persons', 'objects') as unit,
    frames.cell_id,
    frames.detected_at,
    frames.detected_local_at,
    frames.detected_local_date,
    frames.week_start_date,
    cast(coalesce(seen.object_count, 0) as double) as object_count
from frames
inner join classes
    on
        frames.territory = classes.territory
        and frames.sensor_id = classes.sensor_id
left join seen
    on
        frames.territory = seen.territory
        and frames.sensor_id = seen.sensor_id
        and frames.detected_at = seen.detected_at
        and classes.object_class = seen.object_class
