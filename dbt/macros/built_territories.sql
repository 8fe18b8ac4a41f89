{# The cities of this build, as what stands between the quotes of a list. #}
{% macro built_territories() -%}
    {{ var('territories', []) | join("', '") }}
{%- endmacro %}
