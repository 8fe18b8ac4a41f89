{#
  Identifier '<territory>:<row>:<col>' of the grid square that holds a projected point; rows go up with y, columns with x.
  The back-quotes keep `floor` a plain function for the column-lineage parser, which loses the bare keyword.
#}
{% macro cell_id(territory, x_m, y_m) -%}
    {%- set grid = parameter('grids', territory) or {'x0_m': 0, 'y0_m': 0, 'cell_m': 1} -%}
    concat(
        '{{ territory }}:',
        cast(`floor`(({{ y_m }} - cast({{ grid.y0_m }} as double)) / cast({{ grid.cell_m }} as double)) as string),
        ':',
        cast(`floor`(({{ x_m }} - cast({{ grid.x0_m }} as double)) / cast({{ grid.cell_m }} as double)) as string)
    )
{%- endmacro %}

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
