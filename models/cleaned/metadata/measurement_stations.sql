-- Stations with the clock and cadence of their latest logger.
with

stations as (

    select * from {{ ref('stg_task43__stations') }}

),

loggers as (

    select * from {{ ref('loggers') }}

),

latest_loggers as (

    select distinct on (station)
        station,
        utc_offset,
        averaging_period
    from loggers
    order by station, date_from desc, serial

),

described as (

    select
        stations.station,
        stations.name,
        stations.latitude,
        stations.longitude,
        stations.station_type,
        latest_loggers.utc_offset,
        latest_loggers.averaging_period
    from stations
    left join latest_loggers using (station)

)

select * from described
