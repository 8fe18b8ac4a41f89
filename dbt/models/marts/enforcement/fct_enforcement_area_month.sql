with acts as (

    select
        acts.territory,
        coalesce(named.parent_area_id, named.area_id) as area_id,
        acts.type,
        acts.occurred_local_date,
        cast(date_trunc('month', acts.occurred_local_date) as date) as month_start_date,
        acts.act_id
    from {{ ref('shape_enforcement') }} as acts
    inner join {{ ref('dim_cell') }} as cells
        on
            acts.territory = cells.territory
            and acts.cell_id = cells.cell_id
    inner join {{ ref('dim_area') }} as named
        on
            cells.territory = named.territory
            and cells.area_id = named.area_id

),

areas as (

    select distinct
        territory,
        area_id
    from acts

),

kinds as (

    select distinct
        territory,
        type
    from acts

),

-- A month is told once it is over: two looks at one that goes on would tell what came between them.
ends as (

    select
        territory,
        max(occurred_local_date) as last_date
    from acts
    group by territory

),

months as (

    select distinct
        acts.territory,
        acts.month_start_date
    from acts
    inner join ends
        on
            acts.territory = ends.territory
            and last_day(acts.month_start_date) <= ends.last_date

),

counts as (

    select
        territory,
        area_id,
        type,
        month_start_date,
        count(act_id) as act_count
    from acts
    group by territory, area_id, type, month_start_date

)

-- Every combination has its row: no row is told by its absence.
select
    areas.territory,
    areas.area_id,
    kinds.type,
    months.month_start_date,
    cast(if(counts.act_count < 11, null, coalesce(counts.act_count, 0)) as int) as act_count,
    coalesce(counts.act_count < 11, false) as is_suppressed
from areas
inner join kinds on areas.territory = kinds.territory
inner join months on areas.territory = months.territory
left join counts
    on
        areas.territory = counts.territory
        and areas.area_id = counts.area_id
        and kinds.type = counts.type
        and months.month_start_date = counts.month_start_date
