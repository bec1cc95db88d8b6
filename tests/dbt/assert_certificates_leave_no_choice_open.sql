-- Harm: two certificates of one date say different numbers, so values stay as recorded.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

select
    station,
    measurement_point,
    sensor_position,
    calibrated_on,
    'choose one of the certificates in calibration_choices.csv, or correct their dates in the metadata' as remedy
from {{ ref('chosen_calibrations') }}
where is_ambiguous
