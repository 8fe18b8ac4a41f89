{# A week, or an instant in UTC, is of the weeks to be built: of all without the variable `weeks` (Mondays in order). #}
{% macro is_built(column) -%}
    {%- set weeks = var('weeks', []) -%}
    {%- if not weeks -%}
        true
    {%- elif column.endswith('_at') -%}
        {# Bronze files are left out by it: clocks are at most 14 hours from UTC. #}
        {{ column }} between timestamp '{{ weeks[0] }}' - interval 1 day and timestamp '{{ weeks[-1] }}' + interval 8 days
    {%- else -%}
        {{ column }} in (date '{{ weeks | join("', date '") }}')
    {%- endif -%}
{%- endmacro %}
