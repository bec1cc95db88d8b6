-- Takes what a vane tells while there is no wind to turn it, by the nearest anemometer that has a value. One that stands while
-- another near the vane turns is no witness of a calm.
{{ config(materialized='periods', meta={'reach': '0', 'grain': ['station', 'measurement_point', 'date_from']}) }}

with

slots as not materialized (

    select * from {{ ref('slots') }}

),

anemometers as (

    select * from {{ ref('partners') }} where partner_type = 'wind_speed'

),

limits as (
    {{ rule_numbers('direction_in_calm', ['other_speed', 'contradicting_speed', 'height_difference']) }}
),

vanes as (

    select
        points.point_id,
        points.station,
        points.measurement_point,
        limits.other_speed,
        limits.contradicting_speed,
        limits.height_difference
    from limits
    inner join {{ ref('judged_points') }} as points using (station, measurement_point)

),

-- few, found in one pass; what follows looks at all anemometers only then
slow as materialized (

    select
        slots.point_id,
        slots.timestamp,
        slots.seconds,
        slots.avg
    from slots
    where slots.avg < (select max(vanes.other_speed) from vanes)

),

calm_somewhere as (

    select distinct
        vanes.point_id,
        slow.timestamp,
        slow.seconds
    from vanes
    inner join anemometers using (point_id)
    inner join slow on anemometers.partner_id = slow.point_id
    where slow.avg < vanes.other_speed

),

calm as (

    select
        vanes.point_id,
        vanes.station,
        vanes.measurement_point,
        calm_somewhere.timestamp,
        calm_somewhere.seconds
    from calm_somewhere
    inner join vanes using (point_id)
    inner join anemometers using (point_id)
    inner join slots as speeds
        on anemometers.partner_id = speeds.point_id
        and calm_somewhere.timestamp = speeds.timestamp
        and calm_somewhere.seconds = speeds.seconds
    where speeds.avg is not null
    group by
        vanes.point_id, vanes.station, vanes.measurement_point, vanes.contradicting_speed, vanes.height_difference,
        calm_somewhere.timestamp, calm_somewhere.seconds
    having
        min(anemometers.place) = min(anemometers.place) filter (where speeds.avg < vanes.other_speed)
        and coalesce(
            max(speeds.avg) filter (where anemometers.height_difference_m <= vanes.height_difference), 0
        ) <= vanes.contradicting_speed

),

found as (

    select
        calm.station,
        calm.measurement_point,
        null::text as statistic,
        calm.timestamp as date_from,
        calm.timestamp + calm.seconds * interval '1 second' as date_to,
        'other_speed' as parameter
    from calm
    inner join slots as directions using (point_id, timestamp, seconds)
    where directions.avg is not null

)

select * from found
