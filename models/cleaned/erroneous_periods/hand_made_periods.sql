-- What the flags that people set take: which measurement points and statistics, when and why. A flag names a prefix: of
-- measurement points it takes all statistics, of column names those that the columns hold, while they hold them.
with

flags as (

    select * from {{ ref('stg_metadata__flags') }} where withdrawn_at is null

),

points as (

    select * from {{ ref('stg_task43__measurement_points') }}

),

columns as (

    select * from {{ ref('logger_columns') }}

),

by_point as (

    select
        flags.flag_id,
        points.measurement_point,
        flags.statistic,
        flags.date_from,
        flags.date_to
    from flags
    inner join points
        on flags.station = points.station
        and (lower(flags.sensor) = 'all' or starts_with(points.measurement_point, flags.sensor))
        and coalesce(flags.measurement_point, points.measurement_point) = points.measurement_point
        and coalesce(flags.measurement_type, points.measurement_type) = points.measurement_type

),

by_column as (

    select distinct
        flags.flag_id,
        columns.measurement_point,
        columns.statistic,
        greatest(flags.date_from, columns.date_from) as date_from,
        least(flags.date_to, columns.date_to) as date_to
    from flags
    inner join columns
        on flags.station = columns.station
        and starts_with(columns.column_name, flags.sensor)
        and not starts_with(columns.measurement_point, flags.sensor)
        and lower(flags.sensor) <> 'all'
        and coalesce(flags.measurement_point, columns.measurement_point) = columns.measurement_point
        and coalesce(flags.measurement_type, columns.measurement_type) = columns.measurement_type
        and coalesce(flags.statistic, columns.statistic) = columns.statistic
        and flags.date_from < columns.date_to
        and flags.date_to > columns.date_from

),

matched as (

    select * from by_point
    union all
    select * from by_column

),

explained as (

    select
        flags.station,
        matched.measurement_point,
        matched.statistic,
        matched.date_from,
        matched.date_to,
        flags.source,
        flags.reason,
        'exclude'::text as mode,
        flags.remark,
        flags.flag_id,
        flags.created_by,
        flags.created_at
    from matched
    inner join flags using (flag_id)

)

select * from explained
