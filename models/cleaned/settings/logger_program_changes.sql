-- Where a logger's files name another program than those before, or another signature or operating system, and the metadata
-- know of no change within a day of it: one row for each logger and change. What its columns hold may be something else since.
{{ config(materialized='view') }}

with

files as (

    select * from {{ ref('stg_raw__files') }}
    where state = 'loaded' and programs is not null and first_timestamp is not null

),

loggers as (

    select * from {{ ref('loggers') }}

),

documented as (

    select * from {{ ref('documented_settings') }}

),

metadata_changes as (

    select metadata.same_serial(logger) as serial, date_from as changes_at from documented
    union
    select metadata.same_serial(logger) as serial, date_to as changes_at from documented

),

named as (

    select
        files.file_id,
        files.logger,
        files.table_name,
        files.path,
        files.sha256,
        files.last_timestamp,
        metadata.same_serial(files.logger) as serial,
        greatest(
            files.first_timestamp,
            case
                when pg_input_is_valid(named.program ->> 'since', 'timestamp')
                    then ((named.program ->> 'since')::timestamp - files.utc_offset) at time zone 'UTC'
            end
        ) as valid_from,
        named.place,
        concat_ws(
            ', ',
            named.program ->> 'program',
            'signature ' || (named.program ->> 'signature'),
            named.program ->> 'os'
        ) as program
    from files
    cross join lateral jsonb_array_elements(files.programs) with ordinality as named (program, place)

),

followed as (

    select
        *,
        lag(program) over of_table as program_before,
        lag(last_timestamp) over of_table as last_before
    from named
    window of_table as (
        partition by serial, table_name
        order by valid_from, file_id, place
    )

),

-- all tables of a logger change with its program: the first one tells
changed as (

    select distinct on (serial, program_before, program, date_trunc('day', valid_from at time zone 'UTC')) *
    from followed
    where program <> program_before
    order by
        serial, program_before, program, date_trunc('day', valid_from at time zone 'UTC'), valid_from, file_id

),

untold as (

    select
        changed.logger,
        changed.program_before as in_files_before,
        changed.program as in_file,
        changed.valid_from as changed_at,
        changed.file_id,
        changed.path,
        changed.sha256,
        station.station
    from changed
    inner join lateral (
        select loggers.station
        from loggers
        where metadata.same_serial(loggers.serial) = changed.serial
        order by
            loggers.date_from <= (changed.valid_from at time zone 'UTC') + coalesce(loggers.utc_offset, interval '0') desc,
            loggers.date_from desc,
            loggers.station
        limit 1
    ) as station on true
    where not exists (
        select 1
        from metadata_changes
        where
            metadata_changes.serial = changed.serial
            and isfinite(metadata_changes.changes_at)
            and metadata_changes.changes_at >= least(changed.last_before, changed.valid_from) - interval '1 day'
            and metadata_changes.changes_at <= changed.valid_from + interval '1 day'
    )

)

select * from untold
