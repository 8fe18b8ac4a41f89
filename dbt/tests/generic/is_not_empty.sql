{# Guards the other tests: none of them can fail on an empty table. #}
{% test is_not_empty(model) %}
select row_count
from (select count(*) as row_count from {{ model }}) as totals
where row_count = 0
{% endtest %}
