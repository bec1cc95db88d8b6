-- Harm: two certificates of one date say different numbers, so values stay as recorded.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

select
    station,
    measurement_point,
    sensor_position,
    calibrated_on,
    'keep one of the certificates of that date in the metadata, or date them differently' as remedy
from {{ ref('chosen_calibrations') }}
where is_ambiguous
