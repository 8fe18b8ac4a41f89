{# A condition holds on at least a share of the rows: 0.1, 0.5, 0.9, or all of them. #}
{% test holds(model, condition, at_least=1.0) %}
select hold_rate
from (select avg(case when {{ condition }} then 1.0 else 0.0 end) as hold_rate from {{ model }}) as shares
where hold_rate < {{ at_least }}
{% endtest %}
