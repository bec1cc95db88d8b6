-- Where stamps of files were read otherwise than the metadata say now: because the file states its clock itself, or because
-- the metadata have changed since. One row for each logger, property and time.
{{ config(materialized='view') }}

with

files as (

    select
        *,
        metadata.same_serial(logger) as serial,
        (first_timestamp at time zone 'UTC') + utc_offset as first_stamp,
        (last_timestamp at time zone 'UTC') + utc_offset as last_stamp
    from {{ ref('stg_raw__files') }}
    where state = 'loaded' and first_timestamp is not null and utc_offset is not null

),

-- as loaders take them: each period holds until the next begins, and the first for all that came before it
loggers as (

    select
        station,
        metadata.same_serial(serial) as serial,
        utc_offset,
        timestamp_is_end_of_period,
        case
            when row_number() over of_logger > 1 then date_from
            else '-infinity'
        end as date_from,
        lead(date_from, 1, 'infinity') over of_logger as date_to
    from {{ ref('loggers') }}
    window of_logger as (
        partition by metadata.same_serial(serial)
        order by date_from, station
    )

),

compared as (

    select
        files.file_id,
        files.logger,
        loggers.station,
        files.first_timestamp,
        loggers.date_from,
        read.what,
        read.in_file,
        read.in_metadata
    from files
    inner join loggers
        on files.serial = loggers.serial
        and files.last_stamp >= loggers.date_from
        and files.first_stamp < loggers.date_to
    cross join
        lateral (
            values
            ('utc_offset', {{ hours('files.utc_offset') }}, {{ hours('loggers.utc_offset') }}),
            (
                'timestamps',
                case files.timestamp_is_end_of_period when true then 'end' else 'begin' end,
                case loggers.timestamp_is_end_of_period when true then 'end' when false then 'begin' end
            )
        ) as read (what, in_file, in_metadata)
    where read.in_metadata is not null

),

judged as (

    select
        file_id,
        logger,
        first_timestamp,
        what,
        in_file,
        (array_agg(station order by date_from desc))[1] as station,
        (array_agg(in_metadata order by date_from desc))[1] as in_metadata,
        bool_or(in_file = in_metadata) as agrees
    from compared
    group by file_id, logger, first_timestamp, what, in_file

),

followed as (

    select
        *,
        array[agrees::text, in_file, in_metadata] as said,
        lag(array[agrees::text, in_file, in_metadata]) over of_logger as said_before
    from judged
    window of_logger as (
        partition by logger, what
        order by first_timestamp, file_id
    )

),

begun as (

    select
        *,
        lead(first_timestamp) over (partition by logger, what order by first_timestamp, file_id) as ends_at
    from followed
    where said is distinct from said_before

),

differing as (

    select
        begun.station,
        begun.logger,
        begun.what,
        begun.in_file,
        begun.in_metadata,
        begun.first_timestamp as date_from,
        coalesce(begun.ends_at, 'infinity') as date_to,
        begun.file_id,
        files.path,
        files.sha256
    from begun
    inner join files using (file_id)
    where not begun.agrees

)

select * from differing
