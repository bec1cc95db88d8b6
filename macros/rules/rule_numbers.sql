{# How a rule is set, one row for each measurement point for which it is on, and one column a number; with `by_statistic` one
   row for each of its statistics that has a number. A select, for a CTE of a rule's model. #}
{% macro rule_numbers(rule, numbers, by_statistic=false) %}
    select
        station,
        measurement_point,
        {% if by_statistic %}
        statistic,
        {% endif %}
        {% for number in numbers %}
        max(number) filter (where parameter = '{{ number }}') as {{ number }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('rule_parameters') }}
    where rule = '{{ rule }}' and mode <> 'off'{{ " and statistic is not null" if by_statistic }}
    group by station, measurement_point{{ ', statistic' if by_statistic }}
{% endmacro %}
