{#
  A contract's constraints become Delta properties of the create-or-replace itself: a build that breaks one
  fails before publication and leaves the last good version. Stock dbt-spark adds them afterwards, one commit each.
#}
{% macro contract_properties() -%}
    {%- set properties = {} -%}
    {%- do properties.update(config.get('tblproperties') or {}) -%}
    {%- for constraint in model.constraints -%}
        {%- do properties.update({'delta.constraints.' ~ constraint.name: constraint.expression}) -%}
    {%- endfor -%}
    {%- for column in model.columns.values() -%}
        {%- for constraint in column.constraints if constraint.type == 'not_null' -%}
            {%- set name = 'delta.constraints.' ~ column.name ~ '_is_present' -%}
            {%- do properties.update({name: column.name ~ ' is not null'}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {#- A new table takes this feature by itself; one that is replaced must be told. -#}
    {%- for column in model.columns.values() if column.data_type == 'timestamp_ntz' -%}
        {%- do properties.update({'delta.feature.timestampNtz': 'supported'}) -%}
    {%- endfor -%}
    {{ return(properties) }}
{%- endmacro %}

{% macro spark__tblproperties_clause() -%}
    {%- set clauses = [] -%}
    {%- for name, value in contract_properties().items() -%}
        {%- do clauses.append("'" ~ name ~ "' = '" ~ (value | string | replace("'", "\\'")) ~ "'") -%}
    {%- endfor -%}
    {%- if clauses %} tblproperties ({{ clauses | join(', ') }}) {% endif -%}
{%- endmacro %}

{% macro spark__persist_constraints(relation, model) %}{% endmacro %}
