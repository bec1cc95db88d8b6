-- Takes what a lidar or sodar measured at a height of which it saw too little: few valid samples, few packets, or a quality or
-- signal below what its maker asks for.
{{ config(
    materialized='periods', meta={'reach': '0', 'grain': ['station', 'measurement_point', 'date_from', 'parameter']}
) }}

with

slots as (

    select * from {{ ref('slots') }}

),

-- what is known of a height holds for all that is measured there, and where a point has no height for itself alone
points as (

    select
        *,
        coalesce(height_m::text, measurement_point) as place
    from {{ ref('judged_points') }}
    where station_type in ('lidar', 'sodar', 'floating_lidar')

),

limits as (
    {{ rule_numbers('lidar_availability', ['minimum', 'packets', 'quality', 'signal_to_noise']) }}
),

judged as (

    select
        points.station,
        points.measurement_point,
        points.place,
        limits.minimum,
        limits.packets,
        limits.quality,
        limits.signal_to_noise
    from points
    inner join limits using (station, measurement_point)

),

-- what the device says of a height, as a statistic of one of its points or as a point of its own
seen as (

    select
        points.station,
        points.place,
        slots.timestamp,
        slots.seconds,
        case points.measurement_type when 'availability' then slots.avg else slots.availability end as availability,
        slots.count * 600 / slots.seconds as packets,
        case points.measurement_type when 'quality' then slots.avg else slots.quality end as quality,
        case points.measurement_type when 'signal_to_noise_ratio' then slots.avg end as signal_to_noise
    from points
    inner join slots using (point_id)

),

little as (

    select distinct
        judged.station,
        judged.measurement_point,
        null::text as statistic,
        seen.timestamp as date_from,
        seen.timestamp + seen.seconds * interval '1 second' as date_to,
        case
            when seen.availability < judged.minimum then 'minimum'
            when seen.packets < judged.packets then 'packets'
            when seen.quality < judged.quality then 'quality'
            else 'signal_to_noise'
        end as parameter
    from seen
    inner join judged using (station, place)
    where
        seen.availability < judged.minimum
        or seen.packets < judged.packets
        or seen.quality < judged.quality
        or seen.signal_to_noise < judged.signal_to_noise

)

select * from little
