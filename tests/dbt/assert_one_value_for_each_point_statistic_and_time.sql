-- Harm: two columns claim to be the same measurement at the same time, and exports can show only one of them.
-- Judged by periods instead of readings, so that it costs nothing on years of data.
{{ config(severity='warn', tags=['finding']) }}

with

periods as (

    select * from {{ ref('calibration_periods') }}

),

doubled as (

    select
        older.station,
        older.measurement_point,
        older.statistic,
        greatest(older.date_from, newer.date_from) as date_from,
        least(older.date_to, newer.date_to) as date_to,
        format(
            'end the setting that names %s of logger %s, or %s of logger %s, in the metadata',
            older.column_name, older.logger, newer.column_name, newer.logger
        ) as remedy
    from periods as older
    inner join periods as newer
        on older.station = newer.station
        and older.measurement_point = newer.measurement_point
        and older.statistic = newer.statistic
        and older.channel_id < newer.channel_id
        and older.date_from < newer.date_to
        and older.date_to > newer.date_from

)

select * from doubled
