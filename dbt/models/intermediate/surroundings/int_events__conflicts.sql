with pairs as (

    select
        firsts.territory,
        rules.rule,
        rules.label_en,
        rules.label_fr,
        rules.within_m,
        rules.margin_minutes,
        firsts.event_id as first_event_id,
        firsts.kind as first_kind,
        seconds.event_id as second_event_id,
        seconds.kind as second_kind,
        greatest(firsts.starts_local_at, seconds.starts_local_at) as starts_local_at,
        least(firsts.ends_local_at, seconds.ends_local_at) as first_end_local_at,
        if(
            firsts.known_local_at is null or seconds.known_local_at is null,
            null,
            greatest(firsts.known_local_at, seconds.known_local_at)
        ) as known_local_at,
        firsts.expected_count + seconds.expected_count as expected_count,
        firsts.cell_id,
        (
            least(unix_timestamp(firsts.ends_at), unix_timestamp(seconds.ends_at))
            - greatest(unix_timestamp(firsts.starts_at), unix_timestamp(seconds.starts_at))
        ) / 60 as overlap_minutes,
        min({{ metres_apart('firsts', 'seconds') }}) as apart_m
    from {{ ref('int_events__conflict_rules') }} as rules
    inner join {{ ref('int_events__neighbours') }} as firsts
        on
            rules.territory = firsts.territory
            and rules.first_kind = firsts.kind
            and rules.first_at_least <= firsts.expected_count
    inner join {{ ref('int_events__neighbours') }} as seconds
        on
            rules.territory = seconds.territory
            and rules.second_kind = seconds.kind
            and rules.second_at_least <= seconds.expected_count
            and firsts.near_band = seconds.band
            and firsts.event_id != seconds.event_id
            and seconds.band = seconds.near_band
            -- No margin is longer.
            and firsts.starts_at <= seconds.ends_at + interval 1 day
            and seconds.starts_at <= firsts.ends_at + interval 1 day
    -- A rule that fits the two the other way round, too, is told once.
    left join {{ ref('int_events__conflict_rules') }} as mirrored
        on
            rules.territory = mirrored.territory
            and rules.rule = mirrored.rule
            and seconds.kind = mirrored.first_kind
            and firsts.kind = mirrored.second_kind
            and seconds.expected_count >= mirrored.first_at_least
            and firsts.expected_count >= mirrored.second_at_least
    where mirrored.rule is null or firsts.event_id < seconds.event_id
    group by all

)

select
    territory,
    rule,
    label_en,
    label_fr,
    within_m,
    first_event_id,
    first_kind,
    second_event_id,
    second_kind,
    starts_local_at,
    first_end_local_at,
    known_local_at,
    expected_count,
    cell_id,
    apart_m,
    overlap_minutes
from pairs
where
    apart_m <= within_m
    and (overlap_minutes > 0 or (margin_minutes > 0 and overlap_minutes >= -margin_minutes))
