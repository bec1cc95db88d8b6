-- Harm: two certificates of one date say different numbers, so values stay as recorded.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

undecided as (

    select * from {{ ref('chosen_calibrations') }} where is_ambiguous

),

points as (

    select * from {{ ref('stg_task43__measurement_points') }}

),

certificates as (

    select * from {{ ref('stg_task43__calibrations') }}

),

candidates as (

    select
        undecided.station,
        undecided.measurement_point,
        undecided.sensor_position,
        undecided.calibrated_on,
        array_agg(certificates.place order by certificates.calibration_position) as place,
        'choose one of the certificates in calibration_choices.csv, or correct their dates in the metadata' as remedy
    from undecided
    inner join points using (station, measurement_point)
    inner join certificates
        on undecided.station = certificates.station
        and undecided.measurement_point = certificates.measurement_point
        and undecided.sensor_position = certificates.sensor_position
        and undecided.calibrated_on is not distinct from certificates.calibrated_on
        and coalesce(certificates.measurement_type, points.measurement_type) = points.measurement_type
    group by
        undecided.station, undecided.measurement_point, undecided.sensor_position, undecided.calibrated_on

)

select * from candidates
