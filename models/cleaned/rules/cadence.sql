-- Tells of stamps that can't all be right: off the grid of the logger's averaging period, which begins at midnight of its clock,
-- or two rows in one period, as when the clock was set back.
{{ config(
    materialized='periods', meta={'reach': '1 day', 'grain': ['station', 'measurement_point', 'date_from', 'parameter']}
) }}

with

slots as not materialized (

    select * from {{ ref('slots') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

pieces as (

    select * from {{ ref('judged_pieces') }}

),

columns as (

    select * from {{ ref('logger_columns') }}

),

channels as (

    select * from {{ ref('stg_raw__channels') }}

),

superseded as (

    select * from {{ ref('stg_raw__superseded_readings') }} where value is not null

),

files as (

    select * from {{ ref('stg_raw__files') }}

),

limits as (
    {{ rule_numbers('cadence', ['tolerance', 'rows']) }}
),

clocks as (

    select
        points.point_id,
        limits.tolerance * interval '1 second' as tolerance,
        timestamptz '2000-01-01 00:00+00' - columns.utc_offset as midnight,
        range_agg(tstzrange(columns.date_from, columns.date_to)) as periods
    from limits
    inner join points using (station, measurement_point)
    inner join columns using (station, measurement_point)
    group by points.point_id, limits.tolerance, columns.utc_offset

),

grids as (

    select
        clocks.*,
        coalesce(lower(period.bounds), '-infinity') as date_from,
        coalesce(upper(period.bounds), 'infinity') as date_to
    from clocks
    cross join lateral unnest(clocks.periods) as period (bounds)

),

-- few; a period that doesn't divide the day has no grid
off_grid as materialized (

    select
        slots.point_id,
        slots.timestamp,
        slots.seconds,
        grids.tolerance,
        date_bin(slots.seconds * interval '1 second', slots.timestamp + grids.tolerance, grids.midnight) as slot
    from slots
    inner join grids
        on slots.point_id = grids.point_id and slots.timestamp >= grids.date_from and slots.timestamp < grids.date_to
    where
        86400 % nullif(slots.seconds, 0) = 0
        and date_bin(nullif(slots.seconds, 0) * interval '1 second', slots.timestamp, grids.midnight) <> slots.timestamp

),

-- in a slot with two rows at most one is on the grid
crowded as (

    select
        off_grid.point_id,
        off_grid.slot,
        off_grid.seconds,
        count(*) + count(on_grid.point_id) as rows_in_slot
    from off_grid
    left join slots as on_grid
        on off_grid.point_id = on_grid.point_id
        and off_grid.slot = on_grid.timestamp
        and off_grid.seconds = on_grid.seconds
    group by off_grid.point_id, off_grid.slot, off_grid.seconds

),

-- two numbers for one stamp in one file, or in two of which one goes on before the end of the other
repeated as (

    select distinct
        channels.logger,
        channels.table_name,
        channels.averaging_period,
        superseded.timestamp
    from pieces
    inner join superseded
        on pieces.channel_id = superseded.channel_id
        and pieces.date_from <= superseded.timestamp
        and pieces.date_to > superseded.timestamp
    inner join channels on pieces.channel_id = channels.channel_id
    inner join files on superseded.file_id = files.file_id
    inner join files as others on superseded.superseded_by_file_id = others.file_id
    where
        files.file_id = others.file_id
        or (
            files.format = others.format
            and files.first_timestamp <> others.first_timestamp
            and files.last_timestamp <> others.last_timestamp
            and (files.first_timestamp < others.first_timestamp) = (files.last_timestamp < others.last_timestamp)
        )

),

told as (

    select
        point_id,
        timestamp as date_from,
        seconds,
        'tolerance' as parameter,
        null::bigint as rows_in_slot
    from off_grid
    where greatest(timestamp - slot, slot - timestamp) > tolerance
    union
    select
        point_id,
        slot as date_from,
        seconds,
        'rows' as parameter,
        rows_in_slot
    from crowded
    union
    -- all that the row holds, equal or not
    select
        pieces.point_id,
        repeated.timestamp as date_from,
        pieces.seconds,
        'rows' as parameter,
        2 as rows_in_slot
    from repeated
    inner join channels using (logger, table_name, averaging_period)
    inner join pieces
        on channels.channel_id = pieces.channel_id
        and repeated.timestamp >= pieces.date_from
        and repeated.timestamp < pieces.date_to

),

found as (

    select distinct
        points.station,
        points.measurement_point,
        null::text as statistic,
        told.date_from,
        told.date_from + told.seconds * interval '1 second' as date_to,
        told.parameter
    from told
    inner join points using (point_id)
    inner join limits using (station, measurement_point)
    where told.parameter = 'tolerance' or told.rows_in_slot > limits.rows

)

select * from found
