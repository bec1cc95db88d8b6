-- Anemometers of which one is heated and the other is not, as pairs both ways, and when both were up.
with

settings as (

    select * from {{ ref('channel_settings') }} where statistic = 'avg'

),

sensors as (

    select * from {{ ref('stg_task43__sensors') }} where is_heated is not null

),

points as (

    select * from {{ ref('judged_points') }} where measurement_type = 'wind_speed'

),

partners as (

    select * from {{ ref('partners') }}

),

-- one sensor however many loggers read it, and however often their settings change
installed as (

    select
        points.point_id,
        sensors.is_heated,
        range_agg(tstzrange(settings.date_from, settings.date_to)) as periods
    from settings
    inner join sensors using (station, measurement_point, sensor_position)
    inner join points using (station, measurement_point)
    group by points.point_id, sensors.is_heated

),

twins as (

    select
        installed.point_id,
        partners.partner_id,
        partners.height_difference_m,
        coalesce(lower(period.bounds), '-infinity') as date_from,
        coalesce(upper(period.bounds), 'infinity') as date_to
    from installed
    inner join partners on installed.point_id = partners.point_id
    inner join installed as others
        on partners.partner_id = others.point_id and installed.is_heated <> others.is_heated
    cross join lateral unnest(installed.periods * others.periods) as period (bounds)

)

select * from twins
