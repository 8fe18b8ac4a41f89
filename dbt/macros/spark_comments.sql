{#
  The descriptions of a contract's columns become those of the table in its create-or-replace: Spark has no comments in the
  column list of a `create table as`, but keeps those of the view that it selects from. dbt's own way is one commit a column.
#}
{% macro spark__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {%- if temporary -%}
        {{ create_temporary_view(relation, compiled_code) }}
    {%- else -%}
        {%- set source = compiled_code -%}
        {%- if config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(compiled_code) }}
            {%- set source = described_query(relation, get_select_subquery(compiled_code)) -%}
        {%- endif -%}
        create or replace table {{ relation }}
        {{ file_format_clause() }}
        {{ tblproperties_clause() }}
        {{ partition_cols(label="partitioned by") }}
        {{ location_clause() }}
        {{ comment_clause() }}
        as
        {{ source }}
    {%- endif -%}
{%- endmacro %}

{# Make the temporary view that gives each column its comment, and return the query that reads it. #}
{% macro described_query(relation, query) -%}
    {%- set view = relation.identifier ~ '__described' -%}
    {%- set columns = [] -%}
    {%- for column in model.columns.values() -%}
        {%- set text = column.description | trim | replace("\\", "\\\\") | replace("'", "\\'") -%}
        {%- do columns.append(adapter.quote(column.name) ~ " comment '" ~ text ~ "'") -%}
    {%- endfor -%}
    {%- call statement('describe') -%}
        create or replace temporary view {{ view }} ({{ columns | join(', ') }}) as
        {{ query }}
    {%- endcall -%}
    {{ return("select * from " ~ view) }}
{%- endmacro %}
