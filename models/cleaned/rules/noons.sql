-- When each pyranometer had its noon, day by day, and how much that day was like a clear one: what a clock is judged by.
{{ config(materialized='working_set') }}

{% set longest_step = 3600 %}

with

slots as (

    select * from {{ ref('slots') }}

),

pyranometers as (

    select * from {{ ref('judged_points') }}
    where measurement_type = 'global_horizontal_irradiance' and latitude is not null and longitude is not null

),

-- a day is one from midnight to midnight of the sun, more or less, so that its noon is in the middle
measured as not materialized (

    select
        slots.point_id,
        pyranometers.latitude,
        pyranometers.longitude,
        slots.timestamp,
        slots.seconds,
        slots.timestamp + slots.seconds * interval '0.5 second' as mid_period,
        floor(
            (extract(epoch from slots.timestamp)::double precision + slots.seconds / 2.0) / 86400
            + pyranometers.longitude / 360
        )::integer as day,
        slots.avg
    from slots
    inner join pyranometers using (point_id)
    where slots.seconds <= {{ longest_step }}
    -- so that the day is reckoned once a slot
    offset 0

),

-- the middle of a day's light, as the sun's hour angle at that time: 0 is true noon. A level that never changes, as a
-- thermopile's at night, has no middle and doesn't move it
middles as (

    select
        measured.point_id,
        measured.day,
        measured.seconds,
        min(measured.timestamp) as date_from,
        max(measured.timestamp) + measured.seconds * interval '1 second' as date_to,
        atan2d(
            sum(measured.avg * sind(sun.hour_angle_deg)) filter (where measured.avg > 0),
            sum(measured.avg * cosd(sun.hour_angle_deg)) filter (where measured.avg > 0)
        ) as off_deg
    from measured
    cross join {{ sun('measured.mid_period', 'measured.latitude', 'measured.longitude') }} as sun
    group by measured.point_id, measured.day, measured.seconds
    having count(measured.avg) * measured.seconds = 86400

),

-- beside a sky without clouds at a clock that is off as much; the exponent is that of the limits in irradiance_limits
noons as (

    select
        middles.point_id,
        middles.day,
        middles.seconds,
        middles.date_from,
        middles.date_to,
        middles.off_deg,
        sum(measured.avg) / nullif(sum({{ extraterrestrial('sun') }} * sun.cos_zenith), 0) as clearness,
        regr_r2(measured.avg, sun.cos_zenith ^ 1.2) as likeness
    from middles
    inner join measured using (point_id, day, seconds)
    cross join
        {{ sun(
            "(measured.mid_period - middles.off_deg * interval '240 seconds')", 'measured.latitude', 'measured.longitude'
        ) }} as sun
    where sun.cos_zenith > 0
    group by
        middles.point_id, middles.day, middles.seconds, middles.date_from, middles.date_to, middles.off_deg

)

select * from noons
