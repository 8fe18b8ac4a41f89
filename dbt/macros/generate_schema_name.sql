{#
  A build has a schema of its own, where no reader looks: its marts are shown once they are gated.
  The marts that ml/ writes are tested where they are shown.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ var('schema', target.schema) }}
{%- endmacro %}
