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
        comment {{ sql_text(told_with_sources(model)) }}
        as
        {{ source }}
    {%- endif -%}
{%- endmacro %}

{# Make the temporary view that gives each column its comment, and return the query that reads it. #}
{% macro described_query(relation, query) -%}
    {%- set view = relation.identifier ~ '__described' -%}
    {%- set columns = [] -%}
    {%- for column in model.columns.values() -%}
        {%- do columns.append(adapter.quote(column.name) ~ " comment " ~ sql_text(column.description | trim)) -%}
    {%- endfor -%}
    {%- call statement('describe') -%}
        create or replace temporary view {{ view }} ({{ columns | join(', ') }}) as
        {{ query }}
    {%- endcall -%}
    {{ return("select * from " ~ view) }}
{%- endmacro %}

{% macro sql_text(text) -%}
    {{ return("'" ~ text | replace("\\", "\\\\") | replace("'", "\\'") ~ "'") }}
{%- endmacro %}

{# What a table holds, and then whom to cite: a line of each feed that is in its domain, whatever its city. #}
{% macro told_with_sources(node) -%}
    {%- set told = [node.description | trim] -%}
    {%- for domain in node.tags -%}
        {%- for feed, line in var('sources', {}).get(domain, {}).items() | sort -%}
            {%- do told.append(line) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(told | join(' ')) }}
{%- endmacro %}
