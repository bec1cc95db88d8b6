-- The numbers that were in force in each piece of channel_settings: what the logger applied (m_L, c_L), what the certificate
-- says (m_C, c_C), how the sensor was mounted, and from which north. A slope is 1 / sensitivity, where both say sensitivities and
-- not both say slopes; a slope beside a sensitivity is left to the metadata check, since nobody states the sensitivity's unit.
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

norths as (

    select * from {{ ref('norths') }}

),

joined as (

    select
        settings.*,
        sensors.serial_number as sensor,
        certificates.certificate,
        certificates.calibrated_on,
        mountings.dead_band_deg,
        norths.orientation_reference,
        norths.declination_deg,
        coalesce(norths.is_of_profiler, false) as is_of_profiler,
        settings.sensitivity is not null and certificates.sensitivity is not null
        and (settings.slope is null or certificates.slope is null) as is_by_sensitivity,
        certificates.slope as certified_slope,
        certificates."offset" as certified_offset,
        certificates.sensitivity as certified_sensitivity
    from settings
    left join sensors using (station, measurement_point, sensor_position)
    left join certificates using (station, measurement_point, sensor_position)
    left join mountings using (station, measurement_point, mounting_position)
    left join norths using (station, measurement_point, north_position)

),

numbered as (

    select
        channel_id,
        date_from,
        date_to,
        station,
        measurement_point,
        measurement_type,
        height_m,
        averaging_period,
        logger,
        column_name,
        statistic,
        config_position,
        unit,
        sensor,
        certificate,
        calibrated_on,
        dead_band_deg,
        orientation_reference,
        declination_deg,
        is_of_profiler,
        case when is_by_sensitivity then 1 / nullif(sensitivity, 0) else slope end as logger_slope,
        case when is_by_sensitivity then coalesce("offset", 0) else "offset" end as logger_offset,
        case when is_by_sensitivity then 1 / nullif(certified_sensitivity, 0) else certified_slope end as sensor_slope,
        case when is_by_sensitivity then coalesce(certified_offset, 0) else certified_offset end as sensor_offset
    from joined

)

select * from numbered
