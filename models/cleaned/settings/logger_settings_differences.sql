-- Where files say other settings of a sensor than the metadata do for that time: one row for each measurement point,
-- property and time. A header is written at some time within its file, so that the file agrees where any of the metadata of
-- its time do; what metadata leave open is no difference.
{{ config(materialized='view') }}

with

stated as materialized (

    select * from {{ ref('stated_settings') }}

),

documented as (

    select * from {{ ref('documented_settings') }}

),

files as (

    select * from {{ ref('stg_raw__files') }}

),

compared as (

    select
        stated.file_id,
        stated.logger,
        documented.station,
        documented.measurement_point,
        stated.column_name,
        documented.statistic,
        stated.what,
        stated.valid_from,
        stated.shown as in_file,
        documented.shown as in_metadata,
        documented.date_from,
        {{ says_the_same('stated', 'documented') }} as is_same
    from stated
    inner join documented
        on metadata.same_serial(stated.logger) = metadata.same_serial(documented.logger)
        and stated.column_name = documented.column_name
        and stated.what = documented.what
        and stated.valid_to >= documented.date_from
        and stated.valid_from < documented.date_to

),

judged as (

    select
        file_id,
        logger,
        station,
        measurement_point,
        column_name,
        statistic,
        what,
        valid_from,
        in_file,
        bool_or(is_same) as agrees,
        (array_agg(in_metadata order by date_from desc))[1] as in_metadata
    from compared
    group by file_id, logger, station, measurement_point, column_name, statistic, what, valid_from, in_file

),

-- all columns of a measurement point have its settings: one of them is enough
of_points as (

    select distinct on (logger, station, measurement_point, what, valid_from, file_id) *
    from judged
    order by logger, station, measurement_point, what, valid_from, file_id, agrees, statistic <> 'avg', column_name

),

followed as (

    select
        *,
        array[agrees::text, in_file, in_metadata] as said,
        lag(array[agrees::text, in_file, in_metadata]) over of_setting as said_before
    from of_points
    window of_setting as (
        partition by logger, station, measurement_point, what
        order by valid_from, file_id
    )

),

begun as (

    select
        *,
        lead(valid_from) over (partition by logger, station, measurement_point, what order by valid_from, file_id) as ends_at
    from followed
    where said is distinct from said_before

),

differing as (

    select
        begun.station,
        begun.measurement_point,
        begun.logger,
        begun.column_name,
        begun.what,
        begun.in_file,
        begun.in_metadata,
        begun.valid_from as date_from,
        coalesce(begun.ends_at, 'infinity') as date_to,
        begun.file_id,
        files.path,
        files.sha256
    from begun
    inner join files using (file_id)
    where not begun.agrees

)

select * from differing
