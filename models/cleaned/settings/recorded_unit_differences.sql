-- Where files state another unit for a column than the one under which its readings stand: a column keeps the unit with which
-- it first came, so that readings of such files are taken for another quantity. One row for each column and other unit.
{{ config(materialized='view') }}

with

stated as materialized (

    select * from {{ ref('stated_settings') }} where what = 'unit'

),

channels as (

    select * from {{ ref('stg_raw__channels') }} where recorded_unit is not null

),

loggers as (

    select * from {{ ref('loggers') }}

),

files as (

    select * from {{ ref('stg_raw__files') }}

),

units as (

    select * from {{ ref('units') }}

),

spellings as (

    select lower(unit) as spelling, unit from {{ ref('units') }}
    union
    select spelling, unit from {{ ref('unit_spellings') }}

),

recorded as (

    select
        logger,
        table_name,
        column_name,
        recorded_unit as word,
        'unit' as what,
        null::numeric as number
    from channels

),

comparable as (

    select
        recorded.logger,
        recorded.table_name,
        recorded.column_name,
        recorded.word as recorded_unit,
        {{ comparable('recorded', 'units') }}
    from recorded
    left join spellings on lower(recorded.word) = spellings.spelling
    left join units on spellings.unit = units.unit

),

first_so as (

    select distinct on (comparable.logger, comparable.table_name, comparable.column_name, stated.shown)
        comparable.logger,
        comparable.table_name,
        comparable.column_name,
        comparable.recorded_unit,
        stated.shown as in_file,
        stated.valid_from as date_from,
        stated.file_id
    from stated
    inner join comparable
        on metadata.same_serial(stated.logger) = metadata.same_serial(comparable.logger)
        and stated.table_name in ('', comparable.table_name)
        and stated.column_name = comparable.column_name
        and stated.written_word <> comparable.written_word
    order by
        comparable.logger, comparable.table_name, comparable.column_name, stated.shown, stated.valid_from, stated.file_id

),

differing as (

    select
        first_so.*,
        files.path,
        files.sha256,
        station.station
    from first_so
    inner join files using (file_id)
    inner join lateral (
        select loggers.station
        from loggers
        where metadata.same_serial(loggers.serial) = metadata.same_serial(first_so.logger)
        order by
            loggers.date_from <= (first_so.date_from at time zone 'UTC') + coalesce(loggers.utc_offset, interval '0') desc,
            loggers.date_from desc,
            loggers.station
        limit 1
    ) as station on true

)

select * from differing
