-- Harm: a measurement point whose column no file has stays empty, mostly since its name is spelt in another way.
{{ config(severity='warn', tags=['finding']) }}

with

columns as (

    select
        columns.*,
        named.place
    from {{ ref('logger_columns') }} as columns
    inner join {{ ref('stg_task43__column_names') }} as named
        on columns.station = named.station
        and columns.measurement_point = named.measurement_point
        and columns.config_position = named.config_position
        and columns.column_position = named.column_position
    where columns.statistic <> 'text'

),

channels as (

    select * from {{ source('raw', 'channel') }}

),

sent as (

    select
        metadata.same_serial(logger) as logger,
        min(first_timestamp) as first_timestamp,
        max(last_timestamp) as last_timestamp
    from {{ source('raw', 'file') }}
    where state = 'loaded'
    group by metadata.same_serial(logger)

),

missing as (

    select
        columns.station,
        columns.logger,
        columns.column_name,
        min(columns.place) as place
    from columns
    inner join sent
        on metadata.same_serial(columns.logger) = sent.logger
        and columns.date_from <= sent.last_timestamp
        and columns.date_to > sent.first_timestamp
    left join channels
        on metadata.same_serial(channels.logger) = metadata.same_serial(columns.logger)
        and columns.column_name = channels.column_name
        and channels.averaging_period = coalesce(columns.averaging_period, channels.averaging_period)
    where channels.channel_id is null
    group by columns.station, columns.logger, columns.column_name

),

told as (

    select
        station,
        logger,
        concat_ws(
            ', ', array_to_string((array_agg(column_name order by column_name))[:10], ', '),
            case when count(*) > 10 then (count(*) - 10) || ' more' end
        ) as columns,
        (array_agg(place order by column_name))[:10] as place,
        'write them as the files have them (see raw.channel), correct averaging_period_minutes, or end their settings' as remedy
    from missing
    group by station, logger

)

select * from told
