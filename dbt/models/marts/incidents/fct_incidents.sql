-- Where a contract promises a cell and an hour, a row has neither its source's number nor a finer place.
select
    case
        when incidents.place_grain = 'cell'
            then
                left(sha2(concat_ws(
                    '|',
                    incidents.feed,
                    incidents.cell_id,
                    incidents.occurred_at,
                    incidents.ended_at,
                    incidents.known_at,
                    incidents.type_code, incidents.premises,
                    row_number() over (
                        partition by
                            incidents.territory,
                            incidents.feed,
                            incidents.cell_id,
                            incidents.occurred_at,
                            incidents.ended_at,
                            incidents.known_at, incidents.type_code, incidents.premises
                        order by incidents.incident_id
                    )
                ), 256), 20)
        else incidents.incident_id
    end as incident_id,
    incidents.territory,
    incidents.occurred_at,
    incidents.occurred_local_at,
    incidents.occurred_local_date,
    hour(incidents.occurred_local_at) as occurred_local_hour,
    weekday(incidents.occurred_local_date) + 1 as occurred_local_weekday,
    incidents.ended_at,
    incidents.ended_local_at,
    incidents.known_at,
    heaps.occurred_local_hour is not null as is_hour_doubtful,
    incidents.week_start_date,
    incidents.type,
    incidents.type_code,
    incidents.premises,
    incidents.neighbourhood,
    if(incidents.place_grain = 'cell', cells.lon, incidents.lon) as lon,
    if(incidents.place_grain = 'cell', cells.lat, incidents.lat) as lat,
    incidents.cell_id,
    cells.area_id,
    cells.cell_id is not null as is_in_territory,
    incidents.origin
from {{ ref('int_incidents__deduplicated') }} as incidents
left join {{ ref('dim_cell') }} as cells on incidents.cell_id = cells.cell_id
left join {{ ref('int_incidents__heaped_hours') }} as heaps
    on
        incidents.territory = heaps.territory
        and incidents.type = heaps.type
        and hour(incidents.occurred_local_at) = heaps.occurred_local_hour
