{#
  A build makes its tables in a schema that is empty: nothing is there to drop, and one statement makes each. What a column
  is and means is in the contract: the runner compares the types, and describes the mart that is shown.
#}
{% materialization table, adapter='spark' %}
    {%- set relation = this.incorporate(type='table') -%}
    {%- call statement('main') -%}
        {{ create_table_as(false, relation, compiled_code) }}
    {%- endcall -%}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{% macro spark__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    create or replace {{ 'temporary view' if temporary else 'table' }} {{ relation }}
    {% if not temporary -%}
        {{ file_format_clause() }}
        {{ tblproperties_clause() }}
        {{ partition_cols(label="partitioned by") }}
        {{ location_clause() }}
    {%- endif %}
    as
    {{ compiled_code }}
{%- endmacro %}
