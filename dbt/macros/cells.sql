{# Monday of the week of a date. #}
{% macro week_start(day) -%}
    cast(date_trunc('week', {{ day }}) as date)
{%- endmacro %}

{#
  Area of a zone '<territory>:z<row>:<col>' of a territory without named areas: the square of a few zones by as many that
  holds it, '<territory>:a<row>:<col>'; a zone of another name is its own area.
#}
{% macro area_of_zone(territory, zone) -%}
    {%- set side = var('area_zone_count', 1) -%}
    coalesce(
        concat(
            {{ territory }},
            ':a', cast(`floor`({{ zone_number(zone, 1) }} / {{ side }}) as string),
            ':', cast(`floor`({{ zone_number(zone, 2) }} / {{ side }}) as string)
        ),
        {{ zone }}
    )
{%- endmacro %}

{# First or second number of a zone '<territory>:z<row>:<col>', null when it is named otherwise. #}
{% macro zone_number(zone, rank) -%}
    try_cast(regexp_extract({{ zone }}, ':z([0-9]+):([0-9]+)$', {{ rank }}) as int)
{%- endmacro %}
