{# Vars come from the runner (infra/territories, contracts): unknown while parsing, due while running. #}
{% macro parameter(group, name) -%}
    {%- set values = var(group, {}) -%}
    {%- if name in values -%}
        {{ return(values[name]) }}
    {%- elif execute and flags.WHICH in ['build', 'run', 'test'] -%}
        {%- set advice = "pass it with --vars, as calanque.engines.dbt does." -%}
        {{ exceptions.raise_compiler_error("The var '" ~ group ~ "' has no entry '" ~ name ~ "': " ~ advice) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{# First local date a feed's contract vouches for; earlier rows are strays. #}
{% macro valid_from(feed) -%}
    date '{{ parameter('valid_from', feed) or '1900-01-01' }}'
{%- endmacro %}
