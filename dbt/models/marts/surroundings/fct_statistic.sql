with figures as (

    select
        territory,
        statistic_id,
        area,
        quantity,
        unit,
        starts_local_at,
        ends_local_at,
        value,
        coalesce(unit = 'persons' and value > 0 and value < 11, false) as is_small
    from {{ ref('shape_statistic') }}

)

select
    territory,
    statistic_id,
    area,
    quantity,
    unit,
    cast(starts_local_at as date) as starts_local_date,
    -- The day after a period is no day of it.
    date_sub(cast(ends_local_at as date), 1) as last_local_date,
    if(is_small, null, value) as published_value,
    is_small or value is null as is_suppressed
from figures
