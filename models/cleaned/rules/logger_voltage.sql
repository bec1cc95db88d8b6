-- Tells when a logger's battery was low: all that the logger recorded while its voltage was below what it needs is doubtful.
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

settings as (

    select * from {{ ref('channel_settings') }}

),

limits as (
    {{ rule_numbers('logger_voltage', ['minimum']) }}
),

-- which points a logger served, and when
served as (

    select
        station,
        metadata.same_serial(logger) as logger,
        measurement_point,
        bool_or(column_name ~* '(bat|logger)') as is_called_battery,
        range_agg(tstzrange(date_from, date_to)) as periods
    from settings
    group by station, metadata.same_serial(logger), measurement_point

),

voltages as (

    select
        points.point_id,
        served.station,
        served.logger,
        served.measurement_point,
        served.periods,
        limits.minimum,
        served.is_called_battery or points.measurement_point ~* '(bat|logger)' as is_called_battery
    from points
    inner join served using (station, measurement_point)
    inner join limits using (station, measurement_point)
    where points.measurement_type = 'voltage'

),

-- a panel's voltage falls each evening: of several voltages the battery's own counts, by its name
batteries as (

    select *
    from (
        select
            *,
            bool_or(is_called_battery) over (partition by station, logger) as a_name_tells
        from voltages
    ) as named
    where is_called_battery or not a_name_tells

),

-- loggers that keep no average of their battery keep its minimum
low_of_battery as (

    select
        batteries.station,
        batteries.logger,
        batteries.point_id,
        batteries.periods * range_agg(
            tstzrange(slots.timestamp, slots.timestamp + slots.seconds * interval '1 second')
        ) as periods
    from batteries
    inner join slots using (point_id)
    where coalesce(slots.avg, slots.median, slots.min) < batteries.minimum
    group by batteries.station, batteries.logger, batteries.point_id, batteries.periods

),

low as (

    select
        station,
        logger,
        range_agg(periods) as periods
    from low_of_battery
    group by station, logger

),

found as (

    select
        served.station,
        served.measurement_point,
        null::text as statistic,
        lower(period.bounds) as date_from,
        upper(period.bounds) as date_to,
        'minimum' as parameter
    from served
    inner join low using (station, logger)
    cross join lateral unnest(served.periods * low.periods) as period (bounds)

)

select * from found
