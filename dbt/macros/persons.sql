{# The key that a token was made with: the same person has another token under another key. #}
{% macro key_of(token) -%}
    split_part({{ token }}, ':', 1)
{%- endmacro %}
