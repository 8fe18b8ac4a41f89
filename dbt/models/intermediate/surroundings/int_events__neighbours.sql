with legs as (

    select
        territory,
        party_id,
        from_lon,
        from_lat,
        to_lon,
        to_lat,
        cast(round(from_lat * 100) as int) as band,
        explode(sequence(cast(round(from_lat * 100) as int) - 1, cast(round(from_lat * 100) as int) + 1)) as near_band
    from {{ ref('int_events__legs') }}

)

select
    parties.territory,
    parties.party_id,
    parties.asset_id,
    parties.kind,
    parties.starts_at,
    parties.ends_at,
    {{ east_m('legs.from_lon', 'legs.near_band') }} as from_x_m,
    {{ north_m('legs.from_lat') }} as from_y_m,
    {{ east_m('legs.to_lon', 'legs.near_band') }} as to_x_m,
    {{ north_m('legs.to_lat') }} as to_y_m,
    legs.band,
    legs.near_band
from {{ ref('int_events__parties') }} as parties
inner join legs
    on
        parties.territory = legs.territory
        and parties.party_id = legs.party_id
