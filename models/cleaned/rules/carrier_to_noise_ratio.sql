-- Takes what a lidar measured at a height where its signal was too weak, or stronger than air reflects it.
{{ config(
    materialized='periods', meta={'reach': '0', 'grain': ['station', 'measurement_point', 'date_from', 'parameter']}
) }}

with

slots as (

    select * from {{ ref('slots') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

limits as (
    {{ rule_numbers('carrier_to_noise_ratio', ['minimum', 'maximum']) }}
),

judged as (

    select
        points.station,
        points.measurement_point,
        points.height_m,
        limits.minimum,
        limits.maximum
    from points
    inner join limits using (station, measurement_point)

),

ratios as (

    select
        points.station,
        points.height_m,
        slots.timestamp,
        slots.seconds,
        slots.avg
    from points
    inner join slots using (point_id)
    where points.measurement_type = 'carrier_to_noise_ratio'

),

beyond as (

    select distinct
        judged.station,
        judged.measurement_point,
        null::text as statistic,
        ratios.timestamp as date_from,
        ratios.timestamp + ratios.seconds * interval '1 second' as date_to,
        case when ratios.avg < judged.minimum then 'minimum' else 'maximum' end as parameter
    from ratios
    inner join judged using (station, height_m)
    where ratios.avg < judged.minimum or ratios.avg > judged.maximum

)

select * from beyond
