{#
  The cities of this build, as what stands between the quotes of a list. From the environment: dbt then reads again those
  models alone that name them, and not the whole project.
#}
{% macro built_territories() -%}
    {{ env_var('CALANQUE_TERRITORIES', '') | replace(',', "', '") }}
{%- endmacro %}
