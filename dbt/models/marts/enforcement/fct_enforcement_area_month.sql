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

feeds as (

    select
        territory,
        max(last_act_date) as last_act_date,
        max(max(last_act_date)) over (partition by territory) as newest_date
    from {{ ref('int_enforcement__counted') }}
    group by territory, feed

),

-- A month is told once it is over for all that still send: two looks at one that goes on would tell what came between.
months as (

    select
        counted.territory,
        counted.month_start_date
    from {{ ref('int_enforcement__counted') }} as counted
    inner join feeds
        on
            counted.territory = feeds.territory
            and feeds.last_act_date >= date_sub(feeds.newest_date, 28)
    group by counted.territory, counted.month_start_date
    having last_day(counted.month_start_date) <= min(feeds.last_act_date)

),

counts as (

    select
        territory,
        area_id,
        type,
        month_start_date,
        sum(act_count) as act_count
    from {{ ref('int_enforcement__counted') }}
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
