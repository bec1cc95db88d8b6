-- When each logger, logger setting, sensor, mounting, placing of a lidar or sodar, and magnetic declination was in force, on the
-- logger's clock and never null. A hole of under one averaging period, as in documents that end one at 17:59 and begin the next
-- at 18:00, is closed towards the older one. A view, as loaders see through it.
{{ config(materialized='view') }}

with

loggers as (

    select * from {{ ref('stg_task43__loggers') }}

),

histories as (

    select station, null as measurement_point, 'logger' as kind, logger_position as position, date_from, date_to
    from loggers
    union all
    select station, measurement_point, 'config' as kind, config_position as position, date_from, date_to
    from {{ ref('stg_task43__logger_measurement_configs') }}
    union all
    select station, measurement_point, 'sensor' as kind, sensor_position as position, date_from, date_to
    from {{ ref('stg_task43__sensors') }}
    union all
    select station, measurement_point, 'mounting' as kind, mounting_position as position, date_from, date_to
    from {{ ref('stg_task43__mountings') }}
    union all
    select station, null as measurement_point, 'placing' as kind, profiler_position as position, date_from, date_to
    from {{ ref('stg_task43__vertical_profiler_properties') }}
    union all
    select
        station,
        null as measurement_point,
        'declination' as kind,
        line as position,
        date_from,
        -- an open one ends where the next begins, since tables of declinations name but the years
        coalesce(date_to, lead(date_from) over (partition by station order by date_from nulls first)) as date_to
    from {{ ref('stg_tables__magnetic_declinations') }}

),

bounded as (

    select
        station,
        measurement_point,
        kind,
        position,
        coalesce(date_from, '-infinity') as date_from,
        coalesce(date_to, 'infinity') as date_to
    from histories

),

cadences as (

    select
        station,
        min(averaging_period) as averaging_period
    from loggers
    group by station

),

followed as (

    select
        bounded.*,
        cadences.averaging_period,
        lead(bounded.date_from) over (
            partition by bounded.station, bounded.measurement_point, bounded.kind
            order by bounded.date_from, bounded.position
        ) as next_from
    from bounded
    left join cadences on bounded.station = cadences.station
    where bounded.date_from < bounded.date_to

),

closed as (

    select
        station,
        measurement_point,
        kind,
        position,
        date_from,
        case
            when next_from > date_to and next_from < date_to + averaging_period then next_from
            else date_to
        end as date_to
    from followed

)

select * from closed
