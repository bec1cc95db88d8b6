-- Harm: between two calibrated sensors values stay as recorded, so that the series has a step that no wind made.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

sensors as (

    select
        periods.station,
        periods.measurement_point,
        periods.position,
        periods.date_from,
        periods.date_to,
        mounted.place
    from {{ ref('periods_of_validity') }} as periods
    inner join {{ ref('stg_task43__sensors') }} as mounted
        on periods.station = mounted.station
        and periods.measurement_point = mounted.measurement_point
        and periods.position = mounted.sensor_position
    where periods.kind = 'sensor'

),

points as (

    select * from {{ ref('stg_task43__measurement_points') }}

),

certificates as (

    select * from {{ ref('chosen_calibrations') }}
    where not is_ambiguous and (slope is not null or sensitivity is not null)

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
        coalesce(array_agg(sensors.place order by sensors.position) filter (where sensors.place is not null), array[points.place])
            as place,
        case
            when count(sensors.place) = 0
                then 'add the sensor that measured then, and its certificate; or end its settings while there was none'
            else 'add the certificate of the sensor that measured then, or correct the dates'
        end as remedy
    from gaps
    inner join points using (station, measurement_point)
    inner join {{ ref('metadata_limits') }} as limits on limits.limit_name = 'certificate_gap'
    left join sensors
        on gaps.station = sensors.station
        and gaps.measurement_point = sensors.measurement_point
        and gaps.date_from < sensors.date_to
        and gaps.date_to > sensors.date_from
    where gaps.date_to - gaps.date_from > limits.number * interval '1 day'
    group by gaps.station, gaps.measurement_point, gaps.date_from, gaps.date_to, points.place

)

select * from long_gaps
