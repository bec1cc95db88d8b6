{# Data test: the periods of each `by` never overlap, and together are exactly those of `within`, so leave no hole in it.
   A reading then meets one row. Answers what is out of order. #}
{% test periods_tile(model, by, within=none) %}
    with

    followed as (

        select
            {{ by }},
            date_from,
            date_to,
            lead(date_from) over (partition by {{ by }} order by date_from, date_to) as next_from
        from {{ model }}

    ),

    tiled as (

        select
            {{ by }},
            range_agg(tstzrange(date_from, date_to)) as periods
        from {{ model }}
        where date_from < date_to
        group by {{ by }}

    ){% if within is not none %},

    expected as (

        select
            {{ by }},
            range_agg(tstzrange(date_from, date_to)) as periods
        from {{ within }}
        group by {{ by }}

    ){% endif %}

    select {{ by }}, date_from, date_to, 'ends before it begins' as finding
    from followed
    where date_from >= date_to
    union all
    select {{ by }}, date_from, date_to, 'overlaps the next, which begins ' || next_from as finding
    from followed
    where next_from < date_to
    {% if within is not none %}
    union all
    select
        coalesce(expected.{{ by }}, tiled.{{ by }}),
        lower(coalesce(expected.periods, tiled.periods)),
        upper(coalesce(expected.periods, tiled.periods)),
        'has holes or goes beyond' as finding
    from expected
    full join tiled on expected.{{ by }} = tiled.{{ by }}
    where expected.periods is distinct from tiled.periods
    {% endif %}
{% endtest %}
