-- A table: events that are near each other, and those along one line, are read from it.
{{ config(materialized='table', partition_by=none) }}

select
    firsts.territory,
    firsts.party_id as one_id,
    seconds.party_id as other_id,
    seconds.asset_id,
    seconds.kind as other_kind,
    min({{ metres_apart('firsts', 'seconds') }}) as apart_m
from {{ ref('int_events__rule_sides') }} as sides
inner join {{ ref('int_events__neighbours') }} as firsts
    on
        sides.territory = firsts.territory
        and sides.kind = firsts.kind
inner join {{ ref('int_events__neighbours') }} as seconds
    on
        sides.territory = seconds.territory
        and sides.other_kind = seconds.kind
        and firsts.near_band = seconds.band
        and firsts.party_id != seconds.party_id
        and firsts.asset_id is null
        and seconds.band = seconds.near_band
        -- No margin is longer.
        and firsts.starts_at <= seconds.ends_at + interval 1 day
        and seconds.starts_at <= firsts.ends_at + interval 1 day
        and {{ boxes_within('firsts', 'seconds', 'sides.within_m') }}
group by all
