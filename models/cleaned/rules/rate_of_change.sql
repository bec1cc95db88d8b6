-- Tells of averages that change more within some hours than weather does: both ends of the change and all between them.
{% set longest_hours = 6 %}
{{ config(
    materialized='periods',
    meta={'reach': (longest_hours + 1) ~ ' hours', 'grain': ['station', 'measurement_point', 'date_from']}
) }}

with

slots as (

    select * from {{ ref('slots') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

numbers as (
    {{ rule_numbers('rate_of_change', ['hours', 'difference']) }}
),

judged as (

    select
        points.point_id,
        points.station,
        points.measurement_point,
        numbers.difference,
        floor(least(numbers.hours, {{ longest_hours }}) * 3600)::integer as within_seconds
    from points
    inner join numbers using (station, measurement_point)

),

-- as many steps back as the hours have, or less where they are no whole number of steps; point by point in the order in which
-- slots lie
compared as (

    select
        judged.station,
        judged.measurement_point,
        judged.within_seconds,
        steps.timestamp,
        steps.seconds,
        steps.date_from
    from judged
    cross join
        lateral (
            select
                slots.timestamp,
                slots.seconds,
                slots.avg,
                lag(slots.avg, judged.within_seconds / slots.seconds) over in_order as before,
                lag(slots.timestamp, judged.within_seconds / slots.seconds) over in_order as date_from
            from slots
            where slots.point_id = judged.point_id and slots.seconds between 1 and judged.within_seconds
            window in_order as (partition by slots.seconds order by slots.timestamp)
        ) as steps
    where abs(steps.avg - steps.before) > judged.difference

),

-- with a step missing between them, so many steps are longer
found as (

    select
        station,
        measurement_point,
        null::text as statistic,
        date_from,
        timestamp + seconds * interval '1 second' as date_to,
        'difference' as parameter
    from compared
    where timestamp - date_from = within_seconds / seconds * seconds * interval '1 second'

)

select * from found
