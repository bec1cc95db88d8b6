-- Harm: the logger was set for another sensor than the one that was mounted, so that its numbers belong to neither.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

periods as (

    select * from {{ ref('periods_of_validity') }}

),

configs as (

    select
        configs.station,
        configs.measurement_point,
        configs.sensor_serial_number,
        configs.place,
        periods.date_from,
        periods.date_to
    from {{ ref('stg_task43__logger_measurement_configs') }} as configs
    inner join periods
        on configs.station = periods.station
        and configs.measurement_point = periods.measurement_point
        and configs.config_position = periods.position
        and periods.kind = 'config'

),

sensors as (

    select
        sensors.station,
        sensors.measurement_point,
        sensors.serial_number,
        sensors.place,
        periods.date_from,
        periods.date_to
    from {{ ref('stg_task43__sensors') }} as sensors
    inner join periods
        on sensors.station = periods.station
        and sensors.measurement_point = periods.measurement_point
        and sensors.sensor_position = periods.position
        and periods.kind = 'sensor'

),

differing as (

    select
        configs.station,
        configs.measurement_point,
        configs.sensor_serial_number as programmed,
        sensors.serial_number as mounted,
        greatest(configs.date_from, sensors.date_from) as date_from,
        least(configs.date_to, sensors.date_to) as date_to,
        array[configs.place || '.serial_number', sensors.place || '.serial_number'] as place,
        'correct the serial_number of the logger_measurement_config or of the sensor, or the dates of either' as remedy
    from configs
    inner join sensors using (station, measurement_point)
    where
        configs.date_from < sensors.date_to
        and configs.date_to > sensors.date_from
        and metadata.same_serial(configs.sensor_serial_number) <> metadata.same_serial(sensors.serial_number)

)

select * from differing
