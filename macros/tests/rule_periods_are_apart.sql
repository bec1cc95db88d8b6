{# Data test: what a quality rule found is told once. Periods of one point, statistic and parameter neither overlap nor touch, and
   each ends after it begins. #}
{% test rule_periods_are_apart(model) %}
    with

    followed as (

        select
            *,
            lead(date_from) over (
                partition by station, measurement_point, statistic, parameter order by date_from, date_to
            ) as next_from
        from {{ model }}

    )

    select station, measurement_point, statistic, parameter, date_from, date_to, next_from
    from followed
    where date_from >= date_to or next_from <= date_to
{% endtest %}
