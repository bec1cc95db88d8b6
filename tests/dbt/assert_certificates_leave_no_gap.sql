-- Harm: between two calibrated sensors values stay as recorded, so that the series has a step that no wind made.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

sensors as (

    select * from {{ ref('periods_of_validity') }} where kind = 'sensor'

),

certificates as (

    select * from {{ ref('chosen_calibrations') }} where not is_ambiguous

),

measured as (

    select
        station,
        measurement_point,
        range_agg(tsrange(date_from, date_to)) as periods
    from {{ ref('periods_of_validity') }}
    where kind = 'config'
    group by station, measurement_point

),

calibrated as (

    select
        sensors.station,
        sensors.measurement_point,
        range_agg(tsrange(sensors.date_from, sensors.date_to)) as periods
    from sensors
    inner join certificates
        on sensors.station = certificates.station
        and sensors.measurement_point = certificates.measurement_point
        and sensors.position = certificates.sensor_position
    group by sensors.station, sensors.measurement_point

),

gaps as (

    select
        measured.station,
        measured.measurement_point,
        lower(gap.period) as date_from,
        upper(gap.period) as date_to
    from measured
    inner join calibrated using (station, measurement_point)
    cross join lateral unnest(measured.periods - calibrated.periods) as gap (period)

),

long_gaps as (

    select
        gaps.station,
        gaps.measurement_point,
        gaps.date_from,
        gaps.date_to,
        'add the certificate of the sensor that measured then, or the sensor itself' as remedy
    from gaps
    inner join {{ ref('metadata_limits') }} as limits on limits.limit_name = 'certificate_gap'
    where gaps.date_to - gaps.date_from > limits.number * interval '1 day'

)

select * from long_gaps
