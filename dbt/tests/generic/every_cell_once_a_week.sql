{#
  The key, the relation, the zeros and the sums of a cell-week table, in one reading of it: each type and whole week has
  each cell of dim_cell exactly once, weeks follow each other, and the counts add up to the incidents of the week.
  A cell set is compared by its size and the XOR of its 64-bit hashes: with equal sizes a doubled cell means a lost one.
#}
{% test every_cell_once_a_week(model, cells, incidents) %}
with cell_sets as (

    select
        territory,
        count(*) as cell_count,
        bit_xor(xxhash64(cell_id, cell_key)) as cell_hash
    from {{ cells }}
    group by territory

),

weeks as (

    select
        territory,
        type,
        week_start_date,
        count(*) as cell_count,
        bit_xor(xxhash64(cell_id, cell_key)) as cell_hash,
        sum(incident_count) as incident_count
    from {{ model }}
    group by territory, type, week_start_date

),

spans as (

    select
        territory,
        min(week_start_date) as first_week_start_date,
        max(week_start_date) as last_week_start_date,
        count(*) as slot_count,
        count(distinct type) * (datediff(max(week_start_date), min(week_start_date)) / 7 + 1) as expected_slot_count
    from weeks
    group by territory

),

facts as (

    select
        incidents.territory,
        incidents.type,
        incidents.week_start_date,
        count(*) as incident_count
    from {{ incidents }} as incidents
    inner join spans on incidents.territory = spans.territory
    where
        incidents.is_in_territory
        and incidents.week_start_date between spans.first_week_start_date and spans.last_week_start_date
    group by incidents.territory, incidents.type, incidents.week_start_date

)

select
    coalesce(weeks.territory, facts.territory) as territory,
    coalesce(weeks.type, facts.type) as type,
    coalesce(weeks.week_start_date, facts.week_start_date) as week_start_date,
    'cells or counts of the week are wrong' as reason
from weeks
full outer join facts
    on
        weeks.territory = facts.territory
        and weeks.type = facts.type
        and weeks.week_start_date = facts.week_start_date
left join cell_sets on weeks.territory = cell_sets.territory
where
    weeks.cell_count is null
    or weeks.cell_count is distinct from cell_sets.cell_count
    or weeks.cell_hash is distinct from cell_sets.cell_hash
    or weeks.incident_count <> coalesce(facts.incident_count, 0)
union all
select
    territory,
    null as type,
    first_week_start_date as week_start_date,
    'a week or a type has no rows' as reason
from spans
where slot_count <> expected_slot_count
{% endtest %}
