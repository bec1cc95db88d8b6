-- Of each installed sensor the certificate that counts: the team's own choice (of several, their mean); else the newest that is
-- not later than the installation, else the oldest after it, else one without a date. Never the order in a document: two of
-- one date that differ leave the numbers open, and the metadata check tells.
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

choices as (

    select * from {{ ref('stg_tables__calibration_choices') }}

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

chosen_by_hand as (

    select distinct
        sensors.station,
        sensors.measurement_point,
        sensors.sensor_position,
        calibrations.calibration_position
    from sensors
    inner join calibrations using (station, measurement_point, sensor_position)
    inner join choices on {{ chooses('choices', 'sensors', 'calibrations') }}

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
        calibrations.calibrated_on <= coalesce(sensors.date_from, 'infinity') as is_before_installation,
        chosen_by_hand.station is not null as is_chosen
    from sensors
    inner join calibrations using (station, measurement_point, sensor_position)
    inner join points using (station, measurement_point)
    left join chosen_by_hand using (station, measurement_point, sensor_position, calibration_position)
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
                is_chosen desc,
                case when not is_chosen then is_before_installation end desc nulls last,
                case when not is_chosen and is_before_installation then calibrated_on end desc,
                case when not is_chosen then calibrated_on end
        ) as place
    from candidates

),

-- values are linear in slope and offset, so that the mean of both numbers gives the mean of both values
gathered as (

    select
        station,
        measurement_point,
        sensor_position,
        bool_and(is_chosen) as is_chosen,
        count(distinct row(slope, "offset", sensitivity)) > 1 and not bool_and(is_chosen) as is_ambiguous,
        array_agg(certificate order by calibration_position) as certificates,
        min(calibrated_on) as calibrated_on,
        case
            when not bool_and(is_chosen) or count(*) = 1 then min(slope)
            when count(slope) = count(*) then avg(slope)
        end as slope,
        case
            when not bool_and(is_chosen) or count(*) = 1 then min("offset")
            when count("offset") = count(*) then avg("offset")
        end as "offset",
        -- a slope is 1 / sensitivity
        case
            when not bool_and(is_chosen) or count(*) = 1 then min(sensitivity)
            when count(sensitivity) = count(*) then 1 / nullif(avg(1 / nullif(sensitivity, 0)), 0)
        end as sensitivity
    from ranked
    where place = 1
    group by station, measurement_point, sensor_position

),

numbered as (

    select
        station,
        measurement_point,
        sensor_position,
        case when is_chosen then array_to_string(certificates, ', ') else certificates[1] end as certificate,
        calibrated_on,
        case when not is_ambiguous then slope end as slope,
        case when not is_ambiguous then "offset" end as "offset",
        case when not is_ambiguous then sensitivity end as sensitivity,
        is_ambiguous,
        is_chosen
    from gathered

)

select * from numbered
