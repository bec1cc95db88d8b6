-- Of each installed sensor the certificate that counts: the newest that is not later than the installation, else the oldest
-- after it, else one without a date. Two of one date that differ leave the numbers open, and the metadata check tells.
with

sensors as (

    select * from {{ ref('stg_task43__sensors') }}

),

calibrations as (

    select * from {{ ref('stg_task43__calibrations') }}

),

points as (

    select * from {{ ref('stg_task43__measurement_points') }}

),

-- a certificate without a measurement type is clear where the sensor measures one quantity, wherever it was mounted
quantities as (

    select
        sensors.station,
        sensors.serial_number,
        count(distinct points.measurement_type) as measurement_types
    from sensors
    inner join points using (station, measurement_point)
    where sensors.serial_number is not null
    group by sensors.station, sensors.serial_number

),

candidates as (

    select
        sensors.station,
        sensors.measurement_point,
        sensors.sensor_position,
        calibrations.calibration_position,
        calibrations.slope,
        calibrations."offset",
        calibrations.sensitivity,
        calibrations.certificate,
        calibrations.calibrated_on,
        calibrations.calibrated_on <= coalesce(sensors.date_from, 'infinity') as is_before_installation
    from sensors
    inner join calibrations using (station, measurement_point, sensor_position)
    inner join points using (station, measurement_point)
    left join quantities
        on sensors.station = quantities.station and sensors.serial_number = quantities.serial_number
    where
        calibrations.measurement_type = points.measurement_type
        or (calibrations.measurement_type is null and coalesce(quantities.measurement_types, 1) = 1)

),

ranked as (

    select
        *,
        rank() over (
            partition by station, measurement_point, sensor_position
            order by
                is_before_installation desc nulls last,
                case when is_before_installation then calibrated_on end desc,
                calibrated_on
        ) as place
    from candidates

),

chosen as (

    select
        station,
        measurement_point,
        sensor_position,
        count(distinct row(slope, "offset", sensitivity)) > 1 as is_ambiguous,
        min(calibration_position) as calibration_position
    from ranked
    where place = 1
    group by station, measurement_point, sensor_position

),

numbered as (

    select
        chosen.station,
        chosen.measurement_point,
        chosen.sensor_position,
        candidates.certificate,
        candidates.calibrated_on,
        case when not chosen.is_ambiguous then candidates.slope end as slope,
        case when not chosen.is_ambiguous then candidates."offset" end as "offset",
        case when not chosen.is_ambiguous then candidates.sensitivity end as sensitivity,
        chosen.is_ambiguous
    from chosen
    inner join candidates using (station, measurement_point, sensor_position, calibration_position)

)

select * from numbered
