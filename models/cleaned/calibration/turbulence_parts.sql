-- What each re-calibrated turbulence intensity is made of: deviation and average of the same sensor, by the same setting.
with

periods as (

    select * from {{ ref('calibration_periods') }}

),

intensities as (

    select * from periods where is_ratio

),

parts as (

    select
        intensities.station,
        intensities.measurement_point,
        intensities.channel_id as ti_channel_id,
        intensities.date_from,
        intensities.date_to,
        periods.channel_id,
        periods.statistic as part,
        periods.slope,
        periods."offset"
    from intensities
    inner join periods
        on intensities.station = periods.station
        and intensities.measurement_point = periods.measurement_point
        and intensities.logger = periods.logger
        and intensities.config_position = periods.config_position
        and intensities.averaging_period = periods.averaging_period
        and intensities.date_from = periods.date_from
        and (periods.statistic in ('avg', 'sd') or intensities.channel_id = periods.channel_id)

)

select * from parts
