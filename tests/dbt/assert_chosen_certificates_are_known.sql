-- Harm: a choice that means no certificate chooses nothing, so that values are corrected by another one than was wanted.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

select
    choices.station,
    choices.line as calibration_choices_line,
    choices.serial_number,
    choices.measurement_point,
    choices.sensor_date_from,
    choices.certificate,
    choices.calibrated_on,
    'correct the row of calibration_choices.csv, or add the certificate to the metadata' as remedy
from {{ ref('stg_tables__calibration_choices') }} as choices
where
    not exists (
        select from {{ ref('stg_task43__sensors') }} as sensors
        inner join {{ ref('stg_task43__calibrations') }} as calibrations
            using (station, measurement_point, sensor_position)
        where {{ chooses('choices', 'sensors', 'calibrations') }}
    )
