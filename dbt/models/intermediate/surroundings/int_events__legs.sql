with ways as (

    select
        territory,
        party_id,
        if(
            route like 'LINESTRING (%,%)',
            split(regexp_extract(route, '[(](.+)[)]', 1), ', *'),
            array(concat(lon, ' ', lat))
        ) as corners
    from {{ ref('int_events__parties') }}
    where lon is not null and lat is not null

),

sides as (

    select
        territory,
        party_id,
        corners,
        explode(sequence(1, greatest(size(corners) - 1, 1))) as side
    from ways

),

ends as (

    select
        territory,
        party_id,
        try_cast(split(corners[side - 1], ' ')[0] as double) as from_lon,
        try_cast(split(corners[side - 1], ' ')[1] as double) as from_lat,
        try_cast(split(corners[least(side, size(corners) - 1)], ' ')[0] as double) as to_lon,
        try_cast(split(corners[least(side, size(corners) - 1)], ' ')[1] as double) as to_lat
    from sides

),

-- Between corners more than 25 km apart legs are longer than 50 m.
counted as (

    select
        territory,
        party_id,
        from_lon,
        from_lat,
        to_lon - from_lon as east,
        to_lat - from_lat as north,
        cast(greatest(1, least(500, ceiling(
            111195 / 50 * sqrt(power(to_lat - from_lat, 2) + power((to_lon - from_lon) * cos(radians(from_lat)), 2))
        ))) as int) as leg_count
    from ends

),

legs as (

    select
        territory,
        party_id,
        from_lon,
        from_lat,
        east / leg_count as east,
        north / leg_count as north,
        explode(sequence(1, leg_count)) as leg
    from counted

)

select
    territory,
    party_id,
    from_lon + (leg - 1) * east as from_lon,
    from_lat + (leg - 1) * north as from_lat,
    from_lon + leg * east as to_lon,
    from_lat + leg * north as to_lat
from legs
