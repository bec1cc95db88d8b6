-- Every reading of a claimed channel after re-calibration, before anything is taken out: what quality rules judge.
-- A view: each reading costs one multiplication and one addition. Turbulence intensities have a branch of their own.
{{ config(materialized='view') }}

with

readings as (

    select * from {{ source('raw', 'reading') }}

),

periods as (

    select * from {{ ref('calibration_periods') }}

),

intensities as (

    select * from {{ ref('turbulence_intensities') }}

),

calibrated as (

    select
        readings.timestamp,
        periods.station,
        periods.measurement_point,
        periods.measurement_type,
        periods.height_m,
        periods.statistic,
        {{ calibrated('readings.value', 'periods') }} as calibrated_value,
        readings.value as recorded_value,
        periods.unit,
        periods.calibration_status,
        readings.timestamp + periods.averaging_period > periods.date_to as straddles_change,
        readings.channel_id
    from readings
    inner join periods
        on {{ begins_in('readings', 'periods') }}
    where not periods.is_ratio
    union all
    select
        intensities.timestamp,
        periods.station,
        periods.measurement_point,
        periods.measurement_type,
        periods.height_m,
        periods.statistic,
        intensities.calibrated_value,
        intensities.recorded_value,
        periods.unit,
        periods.calibration_status,
        intensities.timestamp + periods.averaging_period > periods.date_to as straddles_change,
        intensities.channel_id
    from intensities
    inner join periods
        on intensities.station = periods.station
        and intensities.measurement_point = periods.measurement_point
        and {{ begins_in('intensities', 'periods') }}
    where periods.is_ratio

)

select * from calibrated
