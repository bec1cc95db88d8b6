-- Anemometers on side booms: where the boom pointed, from true north where that is known, as directions are; and when.
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

-- on no clock but UTC
norths as (

    select
        points.point_id,
        coalesce(norths.declination_deg, 0) as declination_deg,
        tstzrange(
            (norths.date_from - points.utc_offset) at time zone 'UTC',
            (norths.date_to - points.utc_offset) at time zone 'UTC'
        ) as period
    from points
    inner join {{ ref('norths') }} as norths using (station, measurement_point)

),

pointing as (

    select
        points.point_id,
        {{ turned('mountings.boom_orientation_deg + coalesce(norths.declination_deg, 0)') }} as boom_orientation_deg,
        tstzrange(settings.date_from, settings.date_to)
        * coalesce(norths.period, tstzrange(null, null)) as period
    from settings
    inner join mountings using (station, measurement_point, mounting_position)
    inner join points using (station, measurement_point)
    left join norths
        on points.point_id = norths.point_id
        and norths.period && tstzrange(settings.date_from, settings.date_to)

),

-- one boom however many loggers read it, and however often their settings change
mounted as (

    select
        point_id,
        boom_orientation_deg,
        range_agg(period) as periods
    from pointing
    group by point_id, boom_orientation_deg

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
