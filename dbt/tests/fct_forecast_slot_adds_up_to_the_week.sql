-- The slots of a cell and type are its week, shared out: 28 of them, with the week's counts, model's and baseline's.
{{ config(tags=['after_forecast']) }}

with slots as (

    select
        territory,
        cell_id,
        type,
        week_start_date,
        sum(expected_count) as expected_count,
        sum(baseline_count) as baseline_count,
        count(*) as slot_count
    from {{ source('forecast', 'fct_forecast_slot') }}
    group by territory, cell_id, type, week_start_date

)

select
    slots.territory,
    slots.cell_id,
    slots.type,
    slots.week_start_date
from slots
left join {{ source('forecast', 'fct_forecast') }} as weeks
    on
        slots.territory = weeks.territory
        and slots.cell_id = weeks.cell_id
        and slots.type = weeks.type
        and slots.week_start_date = weeks.week_start_date
where
    slots.slot_count <> 28
    or weeks.cell_id is null
    or abs(slots.expected_count - weeks.expected_count) > 1e-6
    or abs(slots.baseline_count - weeks.baseline_count) > 1e-6
