{#
  The zones are shared by every run: a schema is called silver or marts, never <target>_silver.
  Tests alone pass `prefix`, to build the project beside the lake's own tables.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ var('prefix', '') }}{{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
