-- One row for each reading of a claimed channel: recorded, calibrated, and as it counts after erroneous periods are taken out.
-- A view, so that a new calibration or flag takes effect at once.
{{ config(materialized='view') }}

with

readings as (

    select * from {{ source('raw', 'reading') }}

),

-- looked up in each branch by itself: kept for both, the planner knows nothing of them and caches what never comes again
periods as not materialized (

    select * from {{ ref('channel_periods') }}

),

intensities as (

    select * from {{ ref('turbulence_intensities') }}

),

-- turbulence intensities have a branch of their own, so that all others keep the one join; each branch computes all of its
-- columns, since a layer above both would cost every reading another pass
cleaned as (

    select
        readings.timestamp,
        periods.station,
        periods.measurement_point,
        periods.measurement_type,
        periods.height_m,
        periods.statistic,
        case when periods.excluded_by is null then {{ calibrated('readings.value', 'periods') }} end as value,
        {{ calibrated('readings.value', 'periods') }} as calibrated_value,
        readings.value as recorded_value,
        periods.unit,
        periods.calibration_status,
        readings.timestamp + periods.averaging_period > periods.calibration_changes_at as straddles_change,
        periods.excluded_by,
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
        case when periods.excluded_by is null then intensities.calibrated_value end as value,
        intensities.calibrated_value,
        intensities.recorded_value,
        periods.unit,
        periods.calibration_status,
        intensities.timestamp + periods.averaging_period > periods.calibration_changes_at as straddles_change,
        periods.excluded_by,
        intensities.channel_id
    from intensities
    inner join periods
        on intensities.station = periods.station
        and intensities.measurement_point = periods.measurement_point
        and {{ begins_in('intensities', 'periods') }}
    where periods.is_ratio

)

select * from cleaned
