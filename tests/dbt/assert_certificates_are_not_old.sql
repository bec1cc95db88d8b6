-- Harm: a sensor's response changes with the years, so that values are corrected by what is no longer true.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

select
    sensors.station,
    sensors.measurement_point,
    sensors.serial_number,
    chosen.calibrated_on,
    sensors.date_from as mounted_from,
    'add the newer certificate, or correct the dates; if there is none, the analyst must know' as remedy
from {{ ref('chosen_calibrations') }} as chosen
inner join {{ ref('stg_task43__sensors') }} as sensors using (station, measurement_point, sensor_position)
inner join {{ ref('metadata_limits') }} as limits on limits.limit_name = 'certificate_age'
where chosen.calibrated_on + limits.number * interval '1 year' < sensors.date_from
