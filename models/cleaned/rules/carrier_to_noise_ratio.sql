-- Takes what a lidar measured at a height where its signal was too weak, or stronger than air reflects it. A WindCube v1 has
-- another zero, and limits of its own.
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
    {{ rule_numbers('carrier_to_noise_ratio', ['minimum', 'maximum', 'minimum_v1', 'maximum_v1']) }}
),

judged as (

    select
        points.station,
        points.measurement_point,
        points.height_m,
        limits.minimum,
        limits.maximum,
        limits.minimum_v1,
        limits.maximum_v1
    from points
    inner join limits using (station, measurement_point)

),

-- its files call the ratio otherwise than those of all that came after it
first_generation as (

    select
        station,
        measurement_point,
        range_agg(tstzrange(date_from, date_to)) as periods
    from {{ ref('logger_columns') }}
    where statistic = 'avg' and starts_with(column_name, 'CNRm')
    group by station, measurement_point

),

ratios as (

    select
        points.station,
        points.height_m,
        slots.timestamp,
        slots.seconds,
        slots.avg,
        coalesce(first_generation.periods @> slots.timestamp, false) as is_v1
    from points
    inner join slots using (point_id)
    left join first_generation using (station, measurement_point)
    where points.measurement_type = 'carrier_to_noise_ratio'

),

beyond as (

    select distinct
        judged.station,
        judged.measurement_point,
        null::text as statistic,
        ratios.timestamp as date_from,
        ratios.timestamp + ratios.seconds * interval '1 second' as date_to,
        case when ratios.avg < limits.minimum then 'minimum' else 'maximum' end
        || case when ratios.is_v1 then '_v1' else '' end as parameter
    from ratios
    inner join judged using (station, height_m)
    cross join
        lateral (
            values (
                case when ratios.is_v1 then judged.minimum_v1 else judged.minimum end,
                case when ratios.is_v1 then judged.maximum_v1 else judged.maximum end
            )
        ) as limits (minimum, maximum)
    where ratios.avg < limits.minimum or ratios.avg > limits.maximum

)

select * from beyond
