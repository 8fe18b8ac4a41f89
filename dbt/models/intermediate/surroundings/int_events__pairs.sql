select
    territory,
    'near' as way,
    one_id as first_id,
    other_id as second_id,
    cast(null as string) as via_kind,
    cast(null as string) as via_asset_id,
    apart_m
from {{ ref('int_events__apart') }}
union all
select
    firsts.territory,
    'along' as way,
    firsts.one_id as first_id,
    seconds.one_id as second_id,
    firsts.other_kind as via_kind,
    firsts.asset_id as via_asset_id,
    greatest(firsts.apart_m, seconds.apart_m) as apart_m
from {{ ref('int_events__apart') }} as firsts
inner join {{ ref('int_events__apart') }} as seconds
    on
        firsts.territory = seconds.territory
        and firsts.other_id = seconds.other_id
        and firsts.one_id != seconds.one_id
where
    firsts.asset_id is not null
    and seconds.asset_id is not null
union all
select
    rules.territory,
    'anywhere' as way,
    firsts.party_id as first_id,
    seconds.party_id as second_id,
    cast(null as string) as via_kind,
    cast(null as string) as via_asset_id,
    0.0 as apart_m
from {{ ref('int_events__rule_kinds') }} as rules
inner join {{ ref('int_events__parties') }} as firsts
    on
        rules.territory = firsts.territory
        and rules.first_kind = firsts.kind
inner join {{ ref('int_events__parties') }} as seconds
    on
        rules.territory = seconds.territory
        and rules.second_kind = seconds.kind
        and firsts.party_id != seconds.party_id
where rules.way = 'anywhere'
