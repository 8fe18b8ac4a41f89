with areas as (

    select distinct
        territory,
        area_id
    from {{ ref('int_enforcement__counted') }}

),

kinds as (

    select distinct
        territory,
        type
    from {{ ref('int_enforcement__counted') }}

),

ends as (

    select
        territory,
        max(last_act_date) as last_act_date
    from {{ ref('int_enforcement__counted') }}
    group by territory

),

-- A month is told once it is over: two looks at one that goes on would tell what came between them.
months as (

    select distinct
        counted.territory,
        counted.month_start_date
    from {{ ref('int_enforcement__counted') }} as counted
    inner join ends
        on
            counted.territory = ends.territory
            and last_day(counted.month_start_date) <= ends.last_act_date

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
left join {{ ref('int_enforcement__counted') }} as counts
    on
        areas.territory = counts.territory
        and areas.area_id = counts.area_id
        and kinds.type = counts.type
        and months.month_start_date = counts.month_start_date
