select
    rules.territory,
    rules.rule,
    rules.is_full,
    rules.in_hours,
    rules.not_in,
    firsts.party_id as first_id,
    firsts.event_id as first_event_id,
    firsts.kind as first_kind,
    seconds.party_id as second_id,
    seconds.event_id as second_event_id,
    seconds.kind as second_kind,
    -- Of several lines, the one that both are nearest to.
    min_by(coalesce(pairs.via_asset_id, seconds.asset_id), pairs.apart_m) as asset_id,
    seconds.capacity,
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
    min(pairs.apart_m) as apart_m
from {{ ref('int_events__rule_kinds') }} as rules
inner join {{ ref('int_events__pairs') }} as pairs
    on
        rules.territory = pairs.territory
        and rules.way = pairs.way
        and rules.via_kind <=> pairs.via_kind
        and rules.within_m >= pairs.apart_m
inner join {{ ref('int_events__parties') }} as firsts
    on
        pairs.territory = firsts.territory
        and pairs.first_id = firsts.party_id
        and rules.first_kind = firsts.kind
        and rules.first_at_least <= firsts.expected_count
inner join {{ ref('int_events__parties') }} as seconds
    on
        pairs.territory = seconds.territory
        and pairs.second_id = seconds.party_id
        and rules.second_kind = seconds.kind
        and rules.second_at_least <= seconds.expected_count
        -- A covered hall may be a market too: an asset is no event, and none of a rule about events.
        and firsts.asset_id is null
        and rules.of_asset = (seconds.asset_id is not null)
-- A rule that fits the two the other way round, too, is told once.
left join {{ ref('int_events__rule_kinds') }} as mirrored
    on
        rules.territory = mirrored.territory
        and rules.rule = mirrored.rule
        and rules.via_kind <=> mirrored.via_kind
        and seconds.kind = mirrored.first_kind
        and firsts.kind = mirrored.second_kind
        and seconds.expected_count >= mirrored.first_at_least
        and firsts.expected_count >= mirrored.second_at_least
where
    (mirrored.rule is null or firsts.party_id < seconds.party_id)
    and (
        (firsts.starts_at < seconds.ends_at and seconds.starts_at < firsts.ends_at)
        or (
            rules.margin_minutes > 0
            and firsts.starts_at <= seconds.ends_at + rules.margin_minutes * interval 1 minute
            and seconds.starts_at <= firsts.ends_at + rules.margin_minutes * interval 1 minute
        )
    )
group by all
