with events as (

    select
        territory,
        event_id,
        kind,
        starts_at,
        ends_at,
        starts_local_at,
        ends_local_at,
        known_local_at,
        coalesce(expected_count, 0) as expected_count,
        lon,
        lat,
        cell_id,
        cast(round(lat * 100) as int) as band
    from {{ ref('shape_planned_event') }}
    where
        not coalesce(is_cancelled, false)
        and lat is not null
        and lon is not null
        and ends_at > starts_at

)

select
    territory,
    event_id,
    kind,
    starts_at,
    ends_at,
    starts_local_at,
    ends_local_at,
    known_local_at,
    expected_count,
    lon,
    lat,
    cell_id,
    band,
    explode(sequence(band - 1, band + 1)) as near_band
from events
