-- A table: every combination of what is in it has a row of the mart.
{{ config(materialized='table', partition_by=none) }}

select
    acts.territory,
    acts.feed,
    coalesce(named.parent_area_id, named.area_id) as area_id,
    acts.type,
    cast(date_trunc('month', acts.occurred_local_date) as date) as month_start_date,
    max(acts.occurred_local_date) as last_act_date,
    count(acts.act_id) as act_count
from {{ ref('shape_enforcement') }} as acts
inner join {{ ref('dim_cell') }} as cells
    on
        acts.territory = cells.territory
        and acts.cell_id = cells.cell_id
inner join {{ ref('dim_area') }} as named
    on
        cells.territory = named.territory
        and cells.area_id = named.area_id
group by all
