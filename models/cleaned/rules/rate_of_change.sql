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
        least(numbers.hours, {{ longest_hours }}) * 3600 as within_seconds
    from points
    inner join numbers using (station, measurement_point)

),

-- as many steps back as the hours have, or less where they are no whole number of steps
compared as (

    select
        judged.station,
        judged.measurement_point,
        judged.difference,
        judged.within_seconds,
        slots.timestamp,
        slots.seconds,
        abs(
            slots.avg
            - lag(slots.avg, floor(judged.within_seconds / slots.seconds)::integer) over steps
        ) as change,
        lag(slots.timestamp, floor(judged.within_seconds / slots.seconds)::integer) over steps as date_from
    from slots
    inner join judged using (point_id)
    where slots.seconds <= judged.within_seconds
    window steps as (partition by slots.point_id, slots.seconds order by slots.timestamp)

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
    where
        change > difference
        and extract(epoch from timestamp - date_from) = floor(within_seconds / seconds) * seconds

)

select * from found
