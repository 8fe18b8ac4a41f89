with days as (

    select
        territory,
        rule,
        in_hours,
        not_in,
        first_event_id,
        first_kind,
        second_event_id,
        second_kind,
        asset_id,
        starts_local_at,
        first_end_local_at,
        known_local_at,
        expected_count,
        cell_id,
        overlap_minutes,
        apart_m,
        -- A rule that counts at any hour has one day, whatever follows.
        explode(if(
            in_hours,
            sequence(cast(starts_local_at as date), cast(greatest(starts_local_at, first_end_local_at) as date)),
            array(cast(starts_local_at as date))
        )) as on_date
    from {{ ref('int_events__crowds') }}
    where not is_end and (holds_count is null or expected_count > holds_count)

)

select
    days.territory,
    days.rule,
    days.first_event_id,
    days.first_kind,
    days.second_event_id,
    days.second_kind,
    days.asset_id,
    days.known_local_at,
    days.expected_count,
    days.cell_id,
    days.apart_m,
    days.in_hours,
    days.overlap_minutes,
    greatest(
        days.starts_local_at, cast(days.on_date as timestamp_ntz) + counted.from_minute * interval 1 minute
    ) as starts_local_at,
    least(
        days.first_end_local_at, cast(days.on_date as timestamp_ntz) + counted.to_minute * interval 1 minute
    ) as first_end_local_at
from days
left join {{ ref('int_events__rule_hours') }} as counted
    on
        days.territory = counted.territory
        and days.rule = counted.rule
        and weekday(days.on_date) + 1 = counted.weekday
left anti join {{ ref('int_events__parties') }} as days_off
    on
        days.territory = days_off.territory
        and find_in_set(days_off.kind, days.not_in) > 0
        and cast(days.on_date as timestamp_ntz) < days_off.ends_local_at
        and cast(date_add(days.on_date, 1) as timestamp_ntz) > days_off.starts_local_at
where counted.rule is not null or not days.in_hours
