-- The numbers that turn what a channel recorded into what its sensor's certificate says, for each piece of channel_settings:
-- value * slope + offset. The logger wrote y = m_L x + c_L, wanted is m_C (y - c_L) / m_L + c_C.
with

settings as (

    select * from {{ ref('channel_settings') }}

),

sensors as (

    select * from {{ ref('stg_task43__sensors') }}

),

certificates as (

    select * from {{ ref('chosen_calibrations') }}

),

mountings as (

    select * from {{ ref('stg_task43__mountings') }}

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

-- a slope is 1 / sensitivity, where the certificate and the logger do not both say slopes
numbered as (

    select
        settings.*,
        sensors.serial_number as sensor,
        certificates.certificate,
        certificates.calibrated_on,
        mountings.dead_band_deg,
        settings.sensitivity is not null and certificates.sensitivity is not null
        and (settings.slope is null or certificates.slope is null) as is_by_sensitivity,
        certificates.slope as certified_slope,
        certificates."offset" as certified_offset,
        certificates.sensitivity as certified_sensitivity
    from settings
    left join sensors using (station, measurement_point, sensor_position)
    left join certificates using (station, measurement_point, sensor_position)
    left join mountings using (station, measurement_point, mounting_position)

),

in_words_of_the_rule as (

    select
        numbered.channel_id,
        numbered.date_from,
        numbered.date_to,
        numbered.station,
        numbered.measurement_point,
        numbered.measurement_type,
        numbered.height_m,
        numbered.averaging_period,
        numbered.logger,
        numbered.column_name,
        numbered.statistic,
        numbered.config_position,
        numbered.sensor,
        numbered.certificate,
        numbered.calibrated_on,
        numbered.dead_band_deg,
        case
            when numbered.is_by_sensitivity then 1 / nullif(numbered.sensitivity, 0)
            else numbered.slope
        end as logger_slope,
        case
            when numbered.is_by_sensitivity then coalesce(numbered."offset", 0)
            else numbered."offset"
        end as logger_offset,
        case
            when numbered.is_by_sensitivity then 1 / nullif(numbered.certified_sensitivity, 0)
            else numbered.certified_slope
        end as sensor_slope,
        case
            when numbered.is_by_sensitivity then coalesce(numbered.certified_offset, 0)
            else numbered.certified_offset
        end as sensor_offset,
        case
            when measurement_types.kind = 'linear' or statistics.recalibration = 'none' then statistics.recalibration
            when statistics.recalibration = 'formula' then 'direction'
            when statistics.recalibration = 'deviation' then 'none'
            else 'no_rule'
        end as rule,
        coalesce(nullif(statistics.unit, 'same'), units.written_unit, numbered.unit, measurement_types.unit) as unit,
        case when statistics.unit = 'same' then coalesce(units.factor, 1) else 1 end as factor,
        case when statistics.recalibration = 'formula' then coalesce(units.shift, 0) else 0 end as shift
    from numbered
    left join measurement_types using (measurement_type)
    left join statistics using (statistic)
    left join units on numbered.unit = units.unit

),

compared as (

    select
        *,
        sensor_slope / nullif(logger_slope, 0) as ratio,
        bool_or(statistic = 'min') over of_one_setting and bool_or(statistic = 'max') over of_one_setting as has_partner
    from in_words_of_the_rule
    window of_one_setting as (partition by station, measurement_point, logger, config_position, averaging_period, date_from)

),

judged as (

    select
        *,
        case
            when rule = 'none' then 'not_applicable'
            when rule = 'no_rule' then 'no_rule'
            when rule = 'direction' and dead_band_deg is null then 'no_dead_band'
            when rule = 'direction' and {{ turned('dead_band_deg - coalesce(logger_offset, 0)') }} = 0 then 'identical'
            when rule = 'direction' then 'recalibrated'
            when logger_slope is null or logger_slope = 0 or logger_offset is null then 'no_logger_settings'
            when sensor_slope is null or sensor_offset is null then 'no_calibration'
            when rule = 'sum' and (logger_offset <> 0 or sensor_offset <> 0) then 'no_rule'
            when logger_slope * factor = sensor_slope and logger_offset * factor + shift = sensor_offset
                then 'identical'
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
        unit,
        averaging_period,
        case
            when calibration_status = 'no_partner' then null
            when calibration_status <> 'recalibrated' or rule = 'direction' then factor
            when rule = 'deviation' then abs(ratio)
            else ratio
        end as slope,
        case
            when calibration_status = 'no_partner' then null
            when rule = 'direction' and calibration_status = 'recalibrated'
                then dead_band_deg - coalesce(logger_offset, 0)
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
        dead_band_deg
    from judged

)

select * from composed
