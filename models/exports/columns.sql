-- The columns of every station's wide view and export files: each measurement point and statistic, named as analysts do.
-- The wide views are made from it when it is done, and from cleaned.readings.
-- depends_on: {{ ref('readings') }}
{{ config(post_hook="{{ make_station_views() }}") }}

with

measured as (

    select * from {{ ref('point_statistics') }} where statistic <> 'text'

),

periods as (

    select * from {{ ref('channel_periods') }}

),

channels as (

    select
        station,
        measurement_point,
        statistic,
        array_agg(distinct channel_id order by channel_id) as channel_ids,
        -- where metadata name no unit, it is that of the files
        (array_agg(unit order by date_from desc, channel_id))[1] as unit,
        string_agg(distinct replace(north, '_', ' '), ' and ') as norths
    from periods
    group by station, measurement_point, statistic

),

named as (

    select
        measured.station,
        (row_number() over (
            partition by measured.station
            order by measured.measurement_point_position, measured.statistic_position, measured.statistic
        ))::integer as position,
        measured.measurement_point || '_' || measured.statistic as column_name,
        measured.measurement_point,
        measured.measurement_type,
        measured.sensor_group,
        measured.height_m,
        measured.statistic,
        coalesce(channels.unit, measured.unit) as unit,
        concat(
            coalesce(measured.measurement_type_title, measured.measurement_type),
            ' at ' || measured.height_m || ' m',
            ', ' || coalesce(measured.statistic_title, measured.statistic),
            ', from ' || channels.norths
        ) as description,
        coalesce(channels.channel_ids, '{}') as channel_ids,
        measured.decimals,
        concat(
            measured.measurement_point,
            ' ' || measured.windographer_suffix,
            ' [' || nullif(coalesce(channels.unit, measured.unit), '-') || ']'
        ) as windographer_name
    from measured
    left join channels using (station, measurement_point, statistic)

)

select * from named
