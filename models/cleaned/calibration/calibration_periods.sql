-- The numbers that turn what a channel recorded into what its sensor's certificate says, for each piece of channel_settings:
-- value * slope + offset. The logger wrote y = m_L x + c_L, wanted is m_C (y - c_L) / m_L + c_C.
with

numbers as (

    select * from {{ ref('channel_numbers') }}

),

measurement_types as (

    select * from {{ ref('measurement_types') }}

),

statistics as (

    select * from {{ ref('statistics') }}

),

units as (

    select * from {{ ref('units') }}

),

in_words_of_the_rule as (

    select
        numbers.*,
        case
            when measurement_types.kind = 'linear' or statistics.recalibration = 'none' then statistics.recalibration
            when statistics.recalibration = 'formula' then 'direction'
            when statistics.recalibration = 'deviation' then 'none'
            else 'no_rule'
        end as rule,
        coalesce(
            nullif(statistics.unit, 'same'), units.written_unit, numbers.unit, measurement_types.unit
        ) as written_unit,
        coalesce(units.factor, 1) as unit_factor,
        coalesce(units.shift, 0) as unit_shift,
        case when statistics.unit = 'same' then coalesce(units.factor, 1) else 1 end as factor,
        case when statistics.recalibration = 'formula' then coalesce(units.shift, 0) else 0 end as shift,
        -- a profiler has no dead band: what it says is from the north that it was set to
        case
            when numbers.dead_band_deg is not null
                then numbers.dead_band_deg - coalesce(numbers.logger_offset, 0) + coalesce(numbers.declination_deg, 0)
            when numbers.is_of_profiler then numbers.declination_deg
        end as turn_deg
    from numbers
    left join measurement_types using (measurement_type)
    left join statistics using (statistic)
    left join units on numbers.unit = units.unit

),

compared as (

    select
        *,
        sensor_slope / nullif(logger_slope, 0) as ratio,
        bool_or(statistic = 'min') over of_one_setting and bool_or(statistic = 'max') over of_one_setting as has_partner,
        bool_or(statistic = 'avg') over of_one_setting and bool_or(statistic = 'sd') over of_one_setting as has_parts
    from in_words_of_the_rule
    window of_one_setting as (partition by station, measurement_point, logger, config_position, averaging_period, date_from)

),

judged as (

    select
        *,
        case
            when rule = 'none' then 'not_applicable'
            when rule = 'no_rule' then 'no_rule'
            when rule = 'direction' and turn_deg is null then 'no_dead_band'
            when rule = 'direction' and {{ turned('turn_deg') }} = 0 then 'identical'
            when rule = 'direction' then 'recalibrated'
            when logger_slope is null or logger_slope = 0 or logger_offset is null then 'no_logger_settings'
            when sensor_slope is null or sensor_offset is null then 'no_calibration'
            when rule = 'sum' and (logger_offset <> 0 or sensor_offset <> 0) then 'no_rule'
            when logger_slope * unit_factor = sensor_slope and logger_offset * unit_factor + unit_shift = sensor_offset
                then 'identical'
            when rule = 'ratio' and not has_parts then 'no_rule'
            when ratio < 0 and statistic in ('min', 'max') and not has_partner then 'no_partner'
            else 'recalibrated'
        end as calibration_status
    from compared

),

composed as (

    select
        channel_id,
        date_from,
        date_to,
        station,
        measurement_point,
        measurement_type,
        height_m,
        case
            when calibration_status = 'recalibrated' and ratio < 0 and statistic = 'min' then 'max'
            when calibration_status = 'recalibrated' and ratio < 0 and statistic = 'max' then 'min'
            else statistic
        end as statistic,
        written_unit as unit,
        averaging_period,
        case
            when calibration_status = 'no_partner' then null
            when calibration_status <> 'recalibrated' or rule in ('direction', 'ratio') then factor
            when rule = 'deviation' then abs(ratio)
            else ratio
        end as slope,
        case
            when calibration_status = 'no_partner' then null
            when rule = 'direction' and calibration_status = 'recalibrated' then turn_deg
            when calibration_status <> 'recalibrated' then shift
            when rule = 'formula' then sensor_offset - logger_offset * ratio
            else 0
        end as "offset",
        rule = 'direction' as is_circular,
        calibration_status,
        logger,
        column_name,
        sensor,
        certificate,
        calibrated_on,
        logger_slope,
        logger_offset,
        sensor_slope,
        sensor_offset,
        dead_band_deg,
        config_position,
        rule = 'ratio' and calibration_status = 'recalibrated' as is_ratio,
        orientation_reference,
        declination_deg,
        case
            when rule = 'direction' and declination_deg is not null and turn_deg is not null then 'true_north'
            when rule = 'direction' then orientation_reference
        end as north
    from judged

)

select * from composed
