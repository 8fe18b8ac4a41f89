-- Of some weeks, a copy of an incident that is shown in another one is a duplicate of it.
with numbered as (

    select
        incident_id,
        territory,
        occurred_at,
        occurred_local_at,
        occurred_local_date,
        ended_at,
        ended_local_at,
        known_at,
        week_start_date,
        type,
        type_code,
        premises,
        neighbourhood,
        lon,
        lat,
        cell_id,
        origin,
        valid_from_date,
        batch_id,
        row_number() over (
            partition by territory, incident_id, occurred_local_date < valid_from_date
            order by ingested_at, batch_id
        ) as copy_number
    from {{ ref('shape_incident') }}
    where {{ is_built('week_start_date') }} and {{ is_built('occurred_at') }}

)

select
    numbered.incident_id,
    numbered.territory,
    numbered.occurred_at,
    numbered.occurred_local_at,
    numbered.occurred_local_date,
    numbered.ended_at,
    numbered.ended_local_at,
    numbered.known_at,
    numbered.week_start_date,
    numbered.type,
    numbered.type_code,
    numbered.premises,
    numbered.neighbourhood,
    numbered.lon,
    numbered.lat,
    numbered.cell_id,
    numbered.origin,
    numbered.batch_id,
    case
        when numbered.copy_number > 1 then 'duplicate'
        when numbered.occurred_local_date < numbered.valid_from_date then 'stray'
        when shown.incident_id is not null then 'duplicate'
        else 'kept'
    end as verdict
from numbered
left join {{ source('shown', 'shown_incidents') }} as shown
    on numbered.territory = shown.territory and numbered.incident_id = shown.incident_id
