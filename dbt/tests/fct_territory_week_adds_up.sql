-- Each type has each week of its territory once, one after the other, and cells and incidents give its counts.
with cells as (

    select
        territory,
        type,
        week_start_date,
        sum(incident_count) as incident_count
    from {{ ref('fct_cell_week') }}
    group by territory, type, week_start_date

),

spans as (

    select
        territory,
        min(week_start_date) as first_week_start_date,
        max(week_start_date) as last_week_start_date,
        count(*) as row_count,
        count(distinct type)
        * (datediff(max(week_start_date), min(week_start_date)) / 7 + 1) as expected_row_count
    from {{ ref('fct_territory_week') }}
    group by territory

),

facts as (

    select
        incidents.territory,
        incidents.type,
        incidents.week_start_date,
        count(*) as incident_count
    from {{ ref('fct_incidents') }} as incidents
    inner join spans on incidents.territory = spans.territory
    where
        incidents.is_in_territory
        and incidents.week_start_date between spans.first_week_start_date and spans.last_week_start_date
    group by incidents.territory, incidents.type, incidents.week_start_date

)

select
    coalesce(weeks.territory, cells.territory, facts.territory) as territory,
    coalesce(weeks.type, cells.type, facts.type) as type,
    coalesce(weeks.week_start_date, cells.week_start_date, facts.week_start_date) as week_start_date,
    'the counts of the week differ' as reason
from {{ ref('fct_territory_week') }} as weeks
full outer join cells
    on
        weeks.territory = cells.territory
        and weeks.type = cells.type
        and weeks.week_start_date = cells.week_start_date
full outer join facts
    on
        weeks.territory = facts.territory
        and weeks.type = facts.type
        and weeks.week_start_date = facts.week_start_date
where
    weeks.incident_count is null
    or weeks.incident_count <> coalesce(cells.incident_count, 0)
    or weeks.incident_count <> coalesce(facts.incident_count, 0)
union all
select
    territory,
    null as type,
    first_week_start_date as week_start_date,
    'a week or a type has no row, or two' as reason
from spans
where row_count <> expected_row_count
