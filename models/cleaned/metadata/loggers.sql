-- All that a loader asks about a logger: whose it is, when, and how its clock and stamps are to be read.
-- A view on views, so that a loader knows a document as soon as it is imported.
{{ config(schema='metadata', materialized='view') }}

with

loggers as (

    select * from {{ ref('stg_task43__loggers') }}

),

periods as (

    select * from {{ ref('periods_of_validity') }} where kind = 'logger'

),

other_names as (

    select
        loggers.station,
        loggers.logger_position,
        array_agg(distinct given.name order by given.name) as claims
    from loggers
    cross join
        unnest(array[loggers.logger_id, loggers.logger_name, ltrim(loggers.serial, '0')]) as given (name)
    where given.name not in ('', loggers.serial)
    group by loggers.station, loggers.logger_position

),

dated as (

    select
        loggers.station,
        loggers.serial,
        periods.date_from,
        periods.date_to,
        loggers.utc_offset,
        loggers.timestamp_is_end_of_period,
        loggers.averaging_period,
        coalesce(other_names.claims, '{}') as claims
    from loggers
    inner join periods
        on loggers.station = periods.station and loggers.logger_position = periods.position
    left join other_names
        on loggers.station = other_names.station and loggers.logger_position = other_names.logger_position

)

select * from dated
