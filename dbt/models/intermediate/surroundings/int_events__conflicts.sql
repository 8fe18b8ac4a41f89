select
    territory,
    rule,
    first_event_id,
    first_kind,
    second_event_id,
    second_kind,
    known_local_at,
    expected_count,
    cell_id,
    min(starts_local_at) as starts_local_at,
    max(first_end_local_at) as first_end_local_at,
    if(
        in_hours,
        sum(unix_timestamp(first_end_local_at) - unix_timestamp(starts_local_at)) / 60,
        max(overlap_minutes)
    ) as overlap_minutes,
    asset_id,
    apart_m
from {{ ref('int_events__spans') }}
where starts_local_at < first_end_local_at or not in_hours
group by
    territory,
    rule,
    in_hours,
    first_event_id,
    first_kind,
    second_event_id,
    second_kind,
    known_local_at,
    expected_count,
    cell_id,
    asset_id,
    apart_m
