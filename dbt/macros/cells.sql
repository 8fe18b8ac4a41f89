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
