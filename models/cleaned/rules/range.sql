-- Takes values that the quantity cannot have.
{{ config(materialized='periods', meta={'reach': '0', 'grain': ['station', 'measurement_point', 'statistic', 'date_from']}) }}

{% set statistics = ['avg', 'sd', 'min', 'max', 'gust', 'median', 'sum'] %}

with

slots as (

    select * from {{ ref('slots') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

limits as (
    {{ rule_numbers('range', ['minimum', 'maximum'], by_statistic=true) }}
),

-- limits of a point's statistics side by side, as its slots have them
wide as (

    select
        points.point_id,
        points.station,
        points.measurement_point,
    {% for statistic in statistics %}
    max(limits.minimum) filter (where limits.statistic = '{{ statistic }}') as {{ statistic }}_minimum,
    max(limits.maximum) filter (where limits.statistic = '{{ statistic }}') as {{ statistic }}_maximum{{ ',' if not loop.last }}
    {% endfor %}
    from limits
    inner join points using (station, measurement_point)
    group by points.point_id, points.station, points.measurement_point

),

beyond as (

    select
        wide.station,
        wide.measurement_point,
        slots.timestamp as date_from,
        slots.timestamp + slots.seconds * interval '1 second' as date_to,
    {% for statistic in statistics %}
    case
        when slots.{{ statistic }} < wide.{{ statistic }}_minimum then 'minimum'
        when slots.{{ statistic }} > wide.{{ statistic }}_maximum then 'maximum'
    end as {{ statistic }}{{ ',' if not loop.last }}
    {% endfor %}
    from slots
    inner join wide using (point_id)
    where
    {% for statistic in statistics %}
        {{ 'or ' if not loop.first }}slots.{{ statistic }} < wide.{{ statistic }}_minimum
        or slots.{{ statistic }} > wide.{{ statistic }}_maximum
    {% endfor %}

),

found as (

    {% for statistic in statistics %}
    {{ 'union all' if not loop.first }}
    select station, measurement_point, '{{ statistic }}' as statistic, date_from, date_to, {{ statistic }} as parameter
    from beyond
    where {{ statistic }} is not null
    {% endfor %}

)

select * from found
