-- Harm: a column that no metadata names is kept and never shown; what it measures is lost to the analyst.
{{ config(severity='warn', tags=['finding']) }}

with

loggers as (

    select
        station,
        metadata.same_serial(serial) as logger,
        array_agg(place order by logger_position) as place
    from {{ ref('stg_task43__loggers') }}
    group by station, metadata.same_serial(serial)

),

named as (

    select distinct
        station,
        column_name
    from {{ ref('stg_task43__column_names') }}

),

unnamed as (

    select distinct
        loggers.station,
        loggers.place,
        channels.logger,
        channels.column_name
    from {{ source('raw', 'channel') }} as channels
    inner join loggers on metadata.same_serial(channels.logger) = loggers.logger
    left join named
        on loggers.station = named.station and channels.column_name = named.column_name
    where named.column_name is null

),

told as (

    select
        station,
        logger,
        concat_ws(
            ', ', array_to_string((array_agg(column_name order by column_name))[:10], ', '),
            case when count(*) > 10 then (count(*) - 10) || ' more' end
        ) as columns,
        place,
        'name them in the column_name lists of the metadata, with is_ignored where they are not wanted' as remedy
    from unnamed
    group by station, logger, place

)

select * from told
