-- Harm: a measurement point that names no column of the logger's files stays empty, and nothing else tells of it.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

points as (

    select * from {{ ref('stg_task43__measurement_points') }}

),

settings as (

    select * from {{ ref('stg_task43__logger_measurement_configs') }}

),

named as (

    select distinct
        station,
        measurement_point,
        config_position
    from {{ ref('stg_task43__column_names') }}

),

without_columns as (

    select
        points.station,
        points.measurement_point,
        settings.date_from,
        settings.date_to,
        coalesce(settings.place, points.place) as place,
        'name the columns of the logger''s files in its logger_measurement_config, or take it out' as remedy
    from points
    left join settings using (station, measurement_point)
    left join named using (station, measurement_point, config_position)
    where named.station is null

)

select * from without_columns
