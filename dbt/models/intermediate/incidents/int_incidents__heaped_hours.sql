-- Registers write an hour that nobody knows as midnight or as noon: ml/risk believes such an hour by the same rule.
with hours as (

    select
        territory,
        type,
        hour(occurred_local_at) as occurred_local_hour,
        count(incident_id) as incident_count
    from {{ ref('int_incidents__deduplicated') }}
    group by territory, type, hour(occurred_local_at)

)

select
    hours.territory,
    hours.type,
    hours.occurred_local_hour,
    hours.incident_count,
    coalesce(max(beside.incident_count), 0) as beside_count
from hours
left join hours as beside
    on
        hours.territory = beside.territory
        and hours.type = beside.type
        and beside.occurred_local_hour in ((hours.occurred_local_hour + 1) % 24, (hours.occurred_local_hour + 23) % 24)
where hours.occurred_local_hour in (0, 12)
group by hours.territory, hours.type, hours.occurred_local_hour, hours.incident_count
having
    hours.incident_count - coalesce(max(beside.incident_count), 0)
    > 3 * sqrt(hours.incident_count + coalesce(max(beside.incident_count), 0))
