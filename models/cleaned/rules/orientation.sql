-- Tells when a lidar's or sodar's own files say another orientation of the device than its metadata: its directions are turned
-- by the difference, unless someone knows better.
{{ config(
    materialized='periods', meta={'reach': '0', 'grain': ['station', 'measurement_point', 'date_from', 'parameter']}
) }}

with

points as (

    select * from {{ ref('judged_points') }} where station_type in ('lidar', 'sodar')

),

loggers as (

    select * from {{ ref('loggers') }} where utc_offset is not null

),

placings as (

    select * from {{ ref('stg_task43__vertical_profiler_properties') }} where device_orientation_deg is not null

),

limits as (
    {{ rule_numbers('orientation', ['difference']) }}
),

stale as (

    select * from {{ ref('stale_periods') }} where rule = 'orientation'

),

files as (

    select * from {{ ref('stg_raw__files') }} where state = 'loaded'

),

-- on no clock but UTC: when each orientation in the metadata holds for the files of each logger
placed as (

    select
        loggers.station,
        metadata.same_serial(loggers.serial) as logger,
        loggers.averaging_period,
        placings.device_orientation_deg,
        tstzrange(
            (greatest(loggers.date_from, placings.date_from) - loggers.utc_offset) at time zone 'UTC',
            (least(loggers.date_to, placings.date_to) - loggers.utc_offset) at time zone 'UTC'
        ) as period
    from loggers
    inner join placings using (station)
    where
        greatest(loggers.date_from, placings.date_from)
        < least(loggers.date_to, coalesce(placings.date_to, 'infinity'))

),

-- only headers of files that reach into the stale time are read
told as (

    select
        placed.station,
        placed.device_orientation_deg,
        files.device_orientation_deg as stated_deg,
        placed.period * tstzrange(
            files.first_timestamp, files.last_timestamp + coalesce(placed.averaging_period, interval '1 microsecond')
        ) as period
    from placed
    inner join files on placed.logger = metadata.same_serial(files.logger)
    where
        placed.period && tstzrange(files.first_timestamp, files.last_timestamp, '[]')
        and exists (
            select from stale
            where
                stale.station = placed.station
                and stale.date_from <= files.last_timestamp
                and stale.date_to >= files.first_timestamp
        )

),

found as (

    select distinct
        points.station,
        points.measurement_point,
        null::text as statistic,
        lower(told.period) as date_from,
        upper(told.period) as date_to,
        'difference' as parameter
    from told
    inner join points using (station)
    inner join limits using (station, measurement_point)
    where
        points.measurement_type = 'wind_direction'
        -- 359 and 1 are 2 apart
        and 180 - abs(180 - {{ turned('told.stated_deg - told.device_orientation_deg') }}) > limits.difference

)

select * from found
