-- Harm: a slope in mph, or per turn instead of per pulse, beside one in m/s changes every wind speed by a factor.
-- Compared with what the certificate says, and with the other loggers' slopes for the same type of sensor at the station.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

periods as (

    select * from {{ ref('periods_of_validity') }}

),

speeds as (

    select
        station,
        measurement_point
    from {{ ref('stg_task43__measurement_points') }}
    where measurement_type in ('wind_speed', 'vertical_wind_speed')

),

programmed as (

    select
        configs.station,
        configs.measurement_point,
        configs.slope as stated_slope,
        configs.unit,
        configs.place,
        configs.slope * coalesce(units.factor, 1) as slope,
        periods.date_from,
        periods.date_to
    from {{ ref('stg_task43__logger_measurement_configs') }} as configs
    inner join speeds using (station, measurement_point)
    inner join periods
        on configs.station = periods.station
        and configs.measurement_point = periods.measurement_point
        and configs.config_position = periods.position
        and periods.kind = 'config'
    left join {{ ref('units') }} as units on configs.unit = units.unit
    where configs.slope <> 0

),

mounted as (

    select
        sensors.station,
        sensors.measurement_point,
        concat_ws(' ', sensors.manufacturer, sensors.model) as type_of_sensor,
        chosen.slope,
        sensors.place,
        periods.date_from,
        periods.date_to
    from {{ ref('stg_task43__sensors') }} as sensors
    inner join periods
        on sensors.station = periods.station
        and sensors.measurement_point = periods.measurement_point
        and sensors.sensor_position = periods.position
        and periods.kind = 'sensor'
    left join {{ ref('chosen_calibrations') }} as chosen
        on sensors.station = chosen.station
        and sensors.measurement_point = chosen.measurement_point
        and sensors.sensor_position = chosen.sensor_position

),

used as (

    select
        programmed.*,
        mounted.type_of_sensor,
        mounted.slope as certified_slope,
        mounted.place as sensor_place,
        percentile_disc(0.5) within group (order by others.slope) as usual_slope
    from programmed
    inner join mounted
        on programmed.station = mounted.station
        and programmed.measurement_point = mounted.measurement_point
        and programmed.date_from < mounted.date_to
        and programmed.date_to > mounted.date_from
    left join mounted as twins
        on mounted.station = twins.station
        and mounted.type_of_sensor = twins.type_of_sensor
        and mounted.type_of_sensor <> ''
    left join programmed as others
        on twins.station = others.station
        and twins.measurement_point = others.measurement_point
        and twins.date_from < others.date_to
        and twins.date_to > others.date_from
    group by
        programmed.station, programmed.measurement_point, programmed.stated_slope, programmed.unit, programmed.place,
        programmed.slope, programmed.date_from, programmed.date_to, mounted.type_of_sensor, mounted.slope, mounted.place

),

compared as (

    select
        used.*,
        expected.by_what,
        expected.place as places,
        expected.slope as expected_slope,
        abs(used.slope / nullif(expected.slope, 0)) as ratio
    from used
    cross join
        lateral (
            values
            ('its certificate', used.certified_slope, array[used.place || '.slope', used.sensor_place || '.calibration']),
            ('most loggers here for ' || used.type_of_sensor, used.usual_slope, array[used.place || '.slope'])
        ) as expected (by_what, slope, place)

),

unusual as (

    select distinct on (compared.station, compared.measurement_point, compared.date_from)
        compared.station,
        compared.measurement_point,
        compared.date_from,
        format(
            'the logger''s slope of %s %s is %s times that of %s',
            compared.stated_slope, coalesce(compared.unit, '(no unit)'), round(compared.ratio::numeric, 2), compared.by_what
        ) as slope,
        compared.places as place,
        case
            when compared.ratio between 2.15 and 2.33 or compared.ratio between 0.43 and 0.465
                then 'one is in mph: name that unit, or write both in m/s'
            when compared.ratio between 3.4 and 3.8 or compared.ratio between 0.26 and 0.295
                then 'one is in km/h: write both in m/s'
            when compared.ratio between 1.9 and 1.96 or compared.ratio between 0.51 and 0.526
                then 'one is in knots: name that unit, or write both in m/s'
            else 'one is per pulse and the other per turn, or a unit is wrong: write both in m/s per Hz'
        end as remedy
    from compared
    inner join {{ ref('metadata_limits') }} as limits on limits.limit_name = 'slope_ratio'
    where compared.ratio not between 1 / limits.number and limits.number
    order by compared.station, compared.measurement_point, compared.date_from, compared.by_what

)

select * from unusual
