{{ config(partition_by=['territory', 'type']) }}
-- Only weeks observed from Monday to Sunday: a zero of a cut week would be a lie.
with spans as (

    select
        territory,
        type,
        min(min(occurred_local_date)) over (partition by territory) as first_date,
        max(max(occurred_local_date)) over (partition by territory) as last_date
    from {{ ref('fct_incidents') }}
    group by territory, type

),

weeks as (

    select
        territory,
        type,
        explode(
            sequence({{ week_start('date_add(first_date, 6)') }}, date_sub(last_date, 6), interval 7 days)
        ) as week_start_date
    from spans
    where {{ week_start('date_add(first_date, 6)') }} <= date_sub(last_date, 6)

),

slots as (

    select
        territory,
        type,
        week_start_date,
        cast(row_number() over (order by territory, type, week_start_date) as int) as slot_key
    from weeks

),

-- Integer keys: the join below looks up 21 M of them.
counts as (

    select
        slots.slot_key,
        cells.cell_key,
        count(incidents.incident_id) as incident_count
    from {{ ref('fct_incidents') }} as incidents
    inner join {{ ref('dim_cell') }} as cells on incidents.cell_id = cells.cell_id
    inner join slots
        on
            incidents.territory = slots.territory
            and incidents.type = slots.type
            and incidents.week_start_date = slots.week_start_date
    group by slots.slot_key, cells.cell_key

),

-- Whole weeks in order, spread over the cores before they are multiplied by the cells: no row is shuffled.
spread as (

    select /*+ repartition_by_range(10, slot_key) */
        territory,
        type,
        week_start_date,
        slot_key
    from slots

)

select /*+ broadcast(cells), broadcast(counts) */
    cells.cell_id,
    cells.cell_key,
    spread.week_start_date,
    cast(coalesce(counts.incident_count, 0) as int) as incident_count,
    spread.territory,
    spread.type
from spread
inner join {{ ref('dim_cell') }} as cells on spread.territory = cells.territory
left join counts on spread.slot_key = counts.slot_key and cells.cell_key = counts.cell_key
