-- Every reading of a claimed channel after re-calibration, before anything is taken out: what quality rules judge.
-- A view: each reading costs one multiplication and one addition.
{{ config(materialized='view') }}

with

readings as (

    select * from {{ source('raw', 'reading') }}

),

periods as (

    select * from {{ ref('calibration_periods') }}

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

)

select * from calibrated
