-- Takes values that the quantity cannot have.
{{ config(materialized='periods', meta={'reach': '0', 'grain': ['station', 'measurement_point', 'statistic', 'date_from']}) }}

{% set statistics = ['avg', 'sd', 'min', 'max', 'gust', 'median', 'mode', 'sum'] %}
{# a sum grows with the time that it is of #}
{% set as_long = ' * greatest(slots.seconds / wide.sum_seconds, 1)' %}

with

slots as (

    select * from {{ ref('slots') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

-- those that are values of the quantity, not deviations from it
values_of_it as (

    select statistic from {{ ref('statistics') }} where recalibration = 'formula'

),

limits as (
    {{ rule_numbers('range', ['minimum', 'maximum', 'minutes'], by_statistic=true) }}
),

elevations as (
    {{ rule_numbers('range', ['elevation', 'from_standard']) }}
),

standards as (

    select
        station,
        measurement_point,
        {{ standard_pressure('elevation') }} as pressure,
        from_standard
    from elevations
    where elevation is not null and from_standard is not null

),

-- where the elevation is known, the pressure that belongs to it says more than limits for all of the earth
closer as (

    select
        limits.station,
        limits.measurement_point,
        limits.statistic,
        limits.minutes,
        coalesce(standards.pressure - standards.from_standard, limits.minimum) as minimum,
        coalesce(standards.pressure + standards.from_standard, limits.maximum) as maximum,
        case when standards.pressure is null then 'minimum' else 'from_standard' end as below,
        case when standards.pressure is null then 'maximum' else 'from_standard' end as above
    from limits
    left join values_of_it on limits.statistic = values_of_it.statistic
    left join standards
        on limits.station = standards.station
        and limits.measurement_point = standards.measurement_point
        and values_of_it.statistic is not null

),

-- limits of a point's statistics side by side, as its slots have them
wide as (

    select
        points.point_id,
        points.station,
        points.measurement_point,
        60 * max(closer.minutes) filter (where closer.statistic = 'sum') as sum_seconds,
    {% for statistic in statistics %}
    max(closer.minimum) filter (where closer.statistic = '{{ statistic }}') as {{ statistic }}_minimum,
    max(closer.maximum) filter (where closer.statistic = '{{ statistic }}') as {{ statistic }}_maximum,
    max(closer.below) filter (where closer.statistic = '{{ statistic }}') as {{ statistic }}_below,
    max(closer.above) filter (where closer.statistic = '{{ statistic }}') as {{ statistic }}_above{{ ',' if not loop.last }}
    {% endfor %}
    from closer
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
        when slots.{{ statistic }} < wide.{{ statistic }}_minimum then wide.{{ statistic }}_below
        when slots.{{ statistic }} > wide.{{ statistic }}_maximum{{ as_long if statistic == 'sum' }}
            then wide.{{ statistic }}_above
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
