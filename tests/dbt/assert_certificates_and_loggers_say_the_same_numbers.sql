-- Harm: a slope can't be set against a sensitivity whose unit nobody states, so that values stay as recorded, as if uncalibrated.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

configs as (

    select * from {{ ref('stg_task43__logger_measurement_configs') }}

),

sensors as (

    select * from {{ ref('stg_task43__sensors') }}

),

chosen as (

    select * from {{ ref('chosen_calibrations') }} where not is_ambiguous

),

periods as (

    select * from {{ ref('periods_of_validity') }}

),

together as (

    select
        configs.station,
        configs.measurement_point,
        configs.slope is null as is_sensitivity_of_logger,
        array[
            configs.place || case when configs.slope is null then '.sensitivity' else '.slope' end,
            sensors.place || '.calibration'
        ] as place
    from configs
    inner join periods as set_periods
        on configs.station = set_periods.station
        and configs.measurement_point = set_periods.measurement_point
        and configs.config_position = set_periods.position
        and set_periods.kind = 'config'
    inner join periods as mounted
        on configs.station = mounted.station
        and configs.measurement_point = mounted.measurement_point
        and set_periods.date_from < mounted.date_to
        and set_periods.date_to > mounted.date_from
        and mounted.kind = 'sensor'
    inner join sensors
        on mounted.station = sensors.station
        and mounted.measurement_point = sensors.measurement_point
        and mounted.position = sensors.sensor_position
    inner join chosen
        on sensors.station = chosen.station
        and sensors.measurement_point = chosen.measurement_point
        and sensors.sensor_position = chosen.sensor_position
    where
        (configs.slope is not null and configs.sensitivity is null and chosen.slope is null and chosen.sensitivity is not null)
        or (configs.slope is null and configs.sensitivity is not null and chosen.slope is not null and chosen.sensitivity is null)

),

told as (

    select
        station,
        measurement_point,
        case when is_sensitivity_of_logger then 'sensitivity' else 'slope' end as logger_has,
        case when is_sensitivity_of_logger then 'slope' else 'sensitivity' end as certificate_has,
        place,
        'write what the certificate says as the logger has it, in its unit: a slope is 1 / sensitivity' as remedy
    from together

)

select * from told
