-- Anemometers on side booms: where the boom pointed, and when.
with

settings as (

    select * from {{ ref('channel_settings') }} where statistic = 'avg'

),

mountings as (

    select * from {{ ref('stg_task43__mountings') }} where mounting_type = 'side' and boom_orientation_deg is not null

),

points as (

    select * from {{ ref('judged_points') }} where measurement_type = 'wind_speed'

),

-- one boom however many loggers read it, and however often their settings change
mounted as (

    select
        points.point_id,
        mountings.boom_orientation_deg,
        range_agg(tstzrange(settings.date_from, settings.date_to)) as periods
    from settings
    inner join mountings using (station, measurement_point, mounting_position)
    inner join points using (station, measurement_point)
    group by points.point_id, mountings.boom_orientation_deg

),

booms as (

    select
        mounted.point_id,
        mounted.boom_orientation_deg,
        coalesce(lower(period.bounds), '-infinity') as date_from,
        coalesce(upper(period.bounds), 'infinity') as date_to
    from mounted
    cross join lateral unnest(mounted.periods) as period (bounds)

)

select * from booms
