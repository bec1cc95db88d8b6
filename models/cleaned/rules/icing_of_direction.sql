-- Tells of a vane that is frozen: it neither turns nor trembles for long, while it is cold and the wind blows.
{% set longest_hours = 24 %}
{{ config(
    materialized='periods',
    meta={'reach': longest_hours ~ ' hours', 'grain': ['station', 'measurement_point', 'date_from']}
) }}

with

slots as not materialized (

    select * from {{ ref('slots') }}

),

partners as not materialized (

    select * from {{ ref('partners') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

limits as (
    {{ rule_numbers('icing_of_direction', [
        'deviation', 'variation', 'hours', 'minimum_steps', 'temperature', 'other_speed', 'height_difference'
    ]) }}
),

-- few; cold and wind are looked up only then
still as materialized (

    select
        limits.*,
        slots.point_id,
        slots.timestamp,
        slots.seconds,
        slots.avg,
        least(greatest(limits.hours * 3600, limits.minimum_steps * slots.seconds), {{ longest_hours * 3600 }})
        * interval '1 second' as span
    from limits
    inner join points using (station, measurement_point)
    inner join slots on points.point_id = slots.point_id
    where slots.sd < limits.deviation and slots.avg is not null

),

frozen as (

    select *
    from still
    where
        {{ nearest_value('air_temperature', 'still') }} < temperature
        and {{ strongest_near('still') }} > other_speed

),

steady as (
    {{ steady_periods('frozen', circular=true) }}
),

found as (

    select
        points.station,
        points.measurement_point,
        null::text as statistic,
        steady.date_from,
        steady.date_to,
        'variation' as parameter
    from steady
    inner join points using (point_id)

)

select * from found
