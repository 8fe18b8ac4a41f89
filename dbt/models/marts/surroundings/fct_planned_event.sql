with events as (

    select
        territory,
        event_id,
        kind,
        starts_at,
        ends_at,
        starts_local_at,
        ends_local_at,
        starts_local_date,
        week_start_date,
        known_local_at,
        coalesce(is_cancelled, false) as is_cancelled,
        expected_count,
        cell_id,
        route
    from {{ ref('shape_planned_event') }}

),

-- Two uses of one cell at one time, of which none is cancelled.
meetings as (

    select
        events.territory,
        events.event_id,
        count(met.event_id) as concurrent_count
    from events
    inner join events as met
        on
            events.territory = met.territory
            and events.cell_id = met.cell_id
            and events.event_id != met.event_id
            and events.starts_at < met.ends_at
            and events.ends_at > met.starts_at
    where not events.is_cancelled and not met.is_cancelled
    group by events.territory, events.event_id

)

select
    events.territory,
    events.event_id,
    events.kind,
    events.starts_at,
    events.ends_at,
    events.starts_local_at,
    events.ends_local_at,
    events.starts_local_date,
    events.week_start_date,
    events.known_local_at,
    events.is_cancelled,
    events.expected_count,
    events.cell_id,
    cells.area_id,
    cast(coalesce(meetings.concurrent_count, 0) as int) as concurrent_count,
    events.route
from events
left join meetings
    on
        events.territory = meetings.territory
        and events.event_id = meetings.event_id
left join {{ ref('dim_cell') }} as cells
    on
        events.territory = cells.territory
        and events.cell_id = cells.cell_id
