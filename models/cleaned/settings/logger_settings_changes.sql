-- Where a logger's files say other settings of a sensor than those before, and the metadata know of no change around that
-- time: a logger that was programmed anew without anyone telling. One row for each measurement point, property and change.
{{ config(materialized='view') }}

with

stated as materialized (

    select
        *,
        row_number() over (
            partition by metadata.same_serial(logger), table_name, column_name, what
            order by valid_from, file_id
        ) as place
    from {{ ref('stated_settings') }}

),

documented as (

    select * from {{ ref('documented_settings') }}

),

columns as (

    select * from {{ ref('logger_columns') }}

),

files as (

    select * from {{ ref('stg_raw__files') }}

),

changed as (

    select
        stated.*,
        previous.shown as shown_before
    from stated
    inner join stated as previous
        on metadata.same_serial(stated.logger) = metadata.same_serial(previous.logger)
        and stated.table_name is not distinct from previous.table_name
        and stated.column_name = previous.column_name
        and stated.what = previous.what
        and stated.place = previous.place + 1
    where not {{ says_the_same('stated', 'previous') }}

),

of_points as (

    select distinct on (changed.logger, columns.station, columns.measurement_point, changed.what, changed.valid_from)
        changed.*,
        columns.station,
        columns.measurement_point
    from changed
    inner join columns
        on metadata.same_serial(changed.logger) = metadata.same_serial(columns.logger)
        and changed.column_name = columns.column_name
        and changed.valid_to >= columns.date_from
        and changed.valid_from < columns.date_to
    order by
        changed.logger, columns.station, columns.measurement_point, changed.what, changed.valid_from,
        columns.statistic <> 'avg', changed.column_name

),

-- how many values the metadata have between the last file that said the one and the first that says the other
known as (

    select
        of_points.file_id,
        of_points.column_name,
        of_points.what,
        of_points.valid_from,
        count(distinct coalesce(documented.written_word, documented.number::text)) as metadata_values
    from of_points
    left join documented
        on metadata.same_serial(of_points.logger) = metadata.same_serial(documented.logger)
        and of_points.column_name = documented.column_name
        and of_points.what = documented.what
        and of_points.valid_to >= documented.date_from
        and of_points.not_before < documented.date_to
    group by of_points.file_id, of_points.column_name, of_points.what, of_points.valid_from

),

untold as (

    select
        of_points.station,
        of_points.measurement_point,
        of_points.logger,
        of_points.column_name,
        of_points.what,
        of_points.shown_before as in_files_before,
        of_points.shown as in_file,
        of_points.valid_from as changed_at,
        of_points.file_id,
        files.path,
        files.sha256
    from of_points
    inner join known using (file_id, column_name, what, valid_from)
    inner join files using (file_id)
    where known.metadata_values <= 1

)

select * from untold
