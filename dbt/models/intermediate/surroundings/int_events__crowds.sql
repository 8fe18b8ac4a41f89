-- At an asset an event comes as it begins, and goes as it ends.
select
    territory,
    rule,
    in_hours,
    not_in,
    first_event_id,
    first_kind,
    second_event_id,
    second_kind,
    asset_id,
    starts_local_at,
    first_end_local_at,
    known_local_at,
    cell_id,
    overlap_minutes,
    apart_m,
    is_full and moves_local_at = first_end_local_at as is_end,
    if(is_full, capacity, null) as holds_count,
    if(
        is_full,
        sum(if(moves_local_at = first_end_local_at, -expected_count, expected_count)) over (
            partition by territory, rule, second_id
            order by moves_local_at, moves_local_at = first_end_local_at desc
        ),
        expected_count
    ) as expected_count
from {{ ref('int_events__met') }}
    lateral view explode(
        if(is_full, array(starts_local_at, first_end_local_at), array(starts_local_at))
    ) as moves_local_at
where not is_full or capacity is not null
