-- Columns of loggers' files that metadata names, with the measurement point, statistic and numbers that the logger was set to.
-- A setting holds while its logger was there too. A logger whose offset from UTC nobody has said has no columns yet.
-- Materialized steps: the planner can't guess how many elements a document has, and would flatten it again for each row.
with

configs as materialized (

    select * from {{ ref('stg_task43__logger_measurement_configs') }}

),

columns as materialized (

    select * from {{ ref('stg_task43__column_names') }} where not is_ignored

),

points as materialized (

    select * from {{ ref('stg_task43__measurement_points') }}

),

periods as materialized (

    select * from {{ ref('periods_of_validity') }} where kind = 'config'

),

loggers as materialized (

    select * from {{ ref('loggers') }} where utc_offset is not null

),

named as (

    select
        loggers.serial as logger,
        loggers.averaging_period,
        loggers.utc_offset,
        columns.column_name,
        points.station,
        points.measurement_point,
        points.measurement_point_position,
        points.measurement_type,
        points.height_m,
        columns.statistic,
        columns.column_position,
        configs.config_position,
        configs.slope,
        configs."offset",
        configs.sensitivity,
        configs.unit,
        greatest(periods.date_from, loggers.date_from) as date_from,
        least(periods.date_to, loggers.date_to) as date_to
    from columns
    inner join configs using (station, measurement_point, config_position)
    inner join points using (station, measurement_point)
    inner join periods
        on configs.station = periods.station
        and configs.measurement_point = periods.measurement_point
        and configs.config_position = periods.position
    inner join loggers
        on configs.station = loggers.station
        and periods.date_from < loggers.date_to
        and periods.date_to > loggers.date_from

),

in_utc as (

    select
        logger,
        averaging_period,
        utc_offset,
        column_name,
        station,
        measurement_point,
        measurement_point_position,
        measurement_type,
        height_m,
        statistic,
        column_position,
        config_position,
        slope,
        "offset",
        sensitivity,
        unit,
        (date_from - utc_offset) at time zone 'UTC' as date_from,
        (date_to - utc_offset) at time zone 'UTC' as date_to
    from named

)

select * from in_utc
