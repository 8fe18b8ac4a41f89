{# A condition holds in each city on at least a share of its rows: 0.1, 0.5, 0.9, or all of them. #}
{% test holds(model, condition, at_least=1.0) %}
select
    territory,
    avg(case when {{ condition }} then 1.0 else 0.0 end) as hold_rate
from {{ model }}
group by territory
having hold_rate < {{ at_least }}
{% endtest %}
