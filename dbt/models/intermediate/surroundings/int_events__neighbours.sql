with legs as (

    select
        territory,
        event_id,
        from_lon,
        from_lat,
        to_lon,
        to_lat,
        cast(round(from_lat * 100) as int) as band,
        explode(sequence(cast(round(from_lat * 100) as int) - 1, cast(round(from_lat * 100) as int) + 1)) as near_band
    from {{ ref('int_events__legs') }}

)

select
    events.territory,
    events.event_id,
    events.kind,
    events.starts_at,
    events.ends_at,
    events.starts_local_at,
    events.ends_local_at,
    events.known_local_at,
    coalesce(events.expected_count, 0) as expected_count,
    events.cell_id,
    {{ east_m('legs.from_lon', 'legs.near_band') }} as from_x_m,
    {{ north_m('legs.from_lat') }} as from_y_m,
    {{ east_m('legs.to_lon', 'legs.near_band') }} as to_x_m,
    {{ north_m('legs.to_lat') }} as to_y_m,
    legs.band,
    legs.near_band
from {{ ref('shape_planned_event') }} as events
inner join legs
    on
        events.territory = legs.territory
        and events.event_id = legs.event_id
where
    not coalesce(events.is_cancelled, false)
    and events.ends_at > events.starts_at
