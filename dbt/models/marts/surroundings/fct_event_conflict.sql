with conflicts as (

    select
        territory,
        rule,
        first_event_id,
        first_kind,
        second_event_id,
        second_kind,
        asset_id,
        known_local_at,
        expected_count,
        cell_id,
        apart_m,
        min(starts_local_at) as starts_local_at,
        max(first_end_local_at) as first_end_local_at,
        if(
            bool_or(in_hours),
            sum(unix_timestamp(first_end_local_at) - unix_timestamp(starts_local_at)) / 60,
            max(overlap_minutes)
        ) as overlap_minutes
    from {{ ref('int_events__spans') }}
    where starts_local_at < first_end_local_at or not in_hours
    group by all

)

select
    conflicts.territory,
    concat_ws(
        ':',
        conflicts.rule,
        least(conflicts.first_event_id, coalesce(conflicts.second_event_id, conflicts.asset_id)),
        greatest(conflicts.first_event_id, coalesce(conflicts.second_event_id, conflicts.asset_id))
    ) as conflict_id,
    conflicts.rule,
    rules.label_en,
    rules.label_fr,
    conflicts.first_event_id,
    conflicts.first_kind,
    conflicts.second_event_id,
    conflicts.second_kind,
    conflicts.asset_id,
    conflicts.starts_local_at,
    greatest(conflicts.first_end_local_at, conflicts.starts_local_at) as ends_local_at,
    cast(conflicts.starts_local_at as date) as starts_local_date,
    {{ week_start('conflicts.starts_local_at') }} as week_start_date,
    conflicts.known_local_at,
    cast(round(conflicts.overlap_minutes) as int) as overlap_minutes,
    -- As exact as a permit's address.
    if(rules.within_m = 0, null, cast(round(conflicts.apart_m / 10) * 10 as int)) as distance_m,
    cast(conflicts.expected_count as int) as expected_count,
    conflicts.apart_m <= rules.within_m / 2 and conflicts.overlap_minutes > 0 as is_sure,
    conflicts.cell_id,
    cells.area_id
from conflicts
inner join {{ ref('int_events__rules') }} as rules
    on
        conflicts.territory = rules.territory
        and conflicts.rule = rules.rule
left join {{ ref('dim_cell') }} as cells
    on
        conflicts.territory = cells.territory
        and conflicts.cell_id = cells.cell_id
