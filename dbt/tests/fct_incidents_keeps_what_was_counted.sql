-- Assumes that the mart loses no kept row: incidents = loaded - duplicates - strays, by territory.
with kept as (

    select
        territory,
        sum(loaded_count - duplicate_count - stray_count) as incident_count
    from {{ ref('int_incidents__counted') }}
    group by territory

),

published as (

    select
        territory,
        count(*) as incident_count
    from {{ ref('fct_incidents') }}
    group by territory

)

select
    kept.territory,
    kept.incident_count as kept_count,
    published.incident_count as published_count
from kept
left join published on kept.territory = published.territory
where kept.incident_count <> coalesce(published.incident_count, 0)
