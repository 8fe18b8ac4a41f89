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

sizes as (

    select
        territory,
        cast(count(cell_id) as int) as cell_count
    from {{ ref('dim_cell') }}
    group by territory

)

select
    weeks.territory,
    weeks.type,
    weeks.week_start_date,
    cast(count(incidents.incident_id) as int) as incident_count,
    sizes.cell_count
from weeks
inner join sizes on weeks.territory = sizes.territory
left join {{ ref('fct_incidents') }} as incidents
    on
        weeks.territory = incidents.territory
        and weeks.type = incidents.type
        and weeks.week_start_date = incidents.week_start_date
        and incidents.is_in_territory
group by weeks.territory, weeks.type, weeks.week_start_date, sizes.cell_count
