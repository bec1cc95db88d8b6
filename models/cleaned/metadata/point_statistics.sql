-- What a station measures: each measurement point and statistic that metadata names, in the order of its document.
with

columns as (

    select * from {{ ref('logger_columns') }}

),

measurement_types as (

    select * from {{ ref('measurement_types') }}

),

statistics as (

    select * from {{ ref('statistics') }}

),

units as (

    select * from {{ ref('units') }}

),

-- the unit of the latest setting, should it ever have changed
latest as (

    select distinct on (station, measurement_point, statistic)
        station,
        measurement_point,
        measurement_point_position,
        measurement_type,
        height_m,
        statistic,
        unit
    from columns
    order by station, measurement_point, statistic, date_from desc, config_position

),

described as (

    select
        latest.station,
        latest.measurement_point,
        latest.measurement_point_position,
        latest.measurement_type,
        latest.height_m,
        latest.statistic,
        coalesce(statistics.statistic_position, 100) as statistic_position,
        coalesce(nullif(statistics.unit, 'same'), units.written_unit, latest.unit, measurement_types.unit) as unit,
        coalesce(measurement_types.sensor_group, 'other') as sensor_group,
        coalesce(measurement_types.decimals, 4) as decimals,
        measurement_types.title as measurement_type_title,
        statistics.title as statistic_title,
        statistics.windographer_suffix
    from latest
    left join measurement_types using (measurement_type)
    left join statistics using (statistic)
    left join units on latest.unit = units.unit

)

select * from described
