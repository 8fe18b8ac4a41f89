{# Conditions that every row meets, in one reading of a table: gives those that rows break, and how many rows do. #}
{% test rows_hold(model, conditions) %}
    {%- set counts = [] -%}
    {%- for condition in conditions -%}
        {%- set name = condition | replace("'", "\\'") -%}
        {%- do counts.append("'" ~ name ~ "', count_if(not coalesce(" ~ condition ~ ", false))") -%}
    {%- endfor -%}
select condition, broken_count
from (select stack({{ counts | length }}, {{ counts | join(', ') }}) as (condition, broken_count) from {{ model }}) as found
where broken_count > 0
{% endtest %}
