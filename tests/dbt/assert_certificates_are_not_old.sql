-- Harm: a sensor's response changes with the years, so that values are corrected by what is no longer true.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

chosen as (

    select * from {{ ref('chosen_calibrations') }}

),

sensors as (

    select * from {{ ref('stg_task43__sensors') }}

),

certificates as (

    select
        station,
        measurement_point,
        sensor_position,
        calibrated_on,
        array_agg(place || '.date_of_calibration' order by calibration_position) as place
    from {{ ref('stg_task43__calibrations') }}
    group by station, measurement_point, sensor_position, calibrated_on

),

old as (

    select
        sensors.station,
        sensors.measurement_point,
        sensors.serial_number,
        chosen.calibrated_on,
        sensors.date_from as mounted_from,
        certificates.place,
        'add the newer certificate, or correct the dates; if there is none, the analyst must know' as remedy
    from chosen
    inner join sensors using (station, measurement_point, sensor_position)
    inner join certificates using (station, measurement_point, sensor_position, calibrated_on)
    inner join {{ ref('metadata_limits') }} as limits on limits.limit_name = 'certificate_age'
    where chosen.calibrated_on + limits.number * interval '1 year' < sensors.date_from

)

select * from old
