with observations as (

    select
        territory,
        sensor_id,
        quantity,
        unit,
        cell_id,
        cast(date_trunc('hour', observed_at) as timestamp) as observed_hour_at,
        cast(date_trunc('hour', observed_local_at) as timestamp_ntz) as observed_local_hour_at,
        observed_local_date,
        week_start_date,
        figure,
        is_withheld,
        at_once_count
    from {{ ref('int_observations__united') }}

),

-- Who stays in view is in each frame: the fullest one says how many persons there were at least.
hours as (

    select
        territory,
        sensor_id,
        quantity,
        unit,
        cell_id,
        observed_hour_at,
        observed_local_hour_at,
        observed_local_date,
        week_start_date,
        count(figure) as observation_count,
        avg(figure) as mean_value,
        sum(figure) as total_value,
        coalesce(
            max(is_withheld)
            or (
                unit = 'persons'
                and coalesce(max(at_once_count), sum(figure)) > 0
                and coalesce(max(at_once_count), sum(figure)) < 11
            ),
            false
        ) as is_suppressed
    from observations
    group by
        territory, sensor_id, quantity, unit, cell_id,
        observed_hour_at, observed_local_hour_at, observed_local_date, week_start_date

)

select
    hours.territory,
    hours.sensor_id,
    hours.quantity,
    hours.unit,
    hours.observed_hour_at,
    hours.observed_local_hour_at,
    hours.observed_local_date,
    hours.week_start_date,
    hours.cell_id,
    cells.area_id,
    cast(hours.observation_count as int) as observation_count,
    if(hours.is_suppressed, null, hours.mean_value) as mean_value,
    if(hours.is_suppressed, null, hours.total_value) as total_value,
    hours.is_suppressed
from hours
left join {{ ref('dim_cell') }} as cells
    on
        hours.territory = cells.territory
        and hours.cell_id = cells.cell_id
