-- Stretches of the readings that quality rules look at in this build, with the numbers that re-calibrate them: the stale time and
-- what lies around it within reach, less what people have taken out.
{{ config(materialized='working_set', indexes=[{'columns': ['channel_id', 'date_from'], 'unique': true}]) }}

with

calibrations as (

    select * from {{ ref('calibration_periods') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

hand_made as (

    select * from {{ ref('hand_made_periods') }}

),

-- with what began before the stale time and averages into it, so that no finding is cut there
windows as (

    select
        points.point_id,
        range_agg(
            tstzrange(stale.date_from - stale.reach - stale.longest_averaging, stale.date_to + stale.reach)
        ) as periods
    from {{ ref('stale_periods') }} as stale
    inner join points
        on stale.station = points.station
        and (stale.looks_at is null or stale.looks_at = points.measurement_type)
    group by points.point_id

),

-- off the grid, a period takes every reading whose averaging period it overlaps
taken_out as (

    select
        calibrations.channel_id,
        calibrations.date_from,
        range_agg(
            tstzrange(
                hand_made.date_from - calibrations.averaging_period + interval '1 microsecond', hand_made.date_to
            )
        ) as periods
    from calibrations
    inner join hand_made
        on calibrations.station = hand_made.station
        and calibrations.measurement_point = hand_made.measurement_point
        and calibrations.statistic = coalesce(hand_made.statistic, calibrations.statistic)
    group by calibrations.channel_id, calibrations.date_from

),

left_in as (

    select
        calibrations.*,
        points.point_id,
        tstzmultirange(tstzrange(calibrations.date_from, calibrations.date_to))
        * windows.periods
        - coalesce(taken_out.periods, '{}') as periods
    from calibrations
    inner join points
        on calibrations.station = points.station and calibrations.measurement_point = points.measurement_point
    inner join windows on points.point_id = windows.point_id
    left join taken_out
        on calibrations.channel_id = taken_out.channel_id and calibrations.date_from = taken_out.date_from

),

pieces as (

    select
        left_in.channel_id,
        left_in.point_id,
        left_in.statistic,
        extract(epoch from left_in.averaging_period)::integer as seconds,
        coalesce(lower(period.bounds), '-infinity') as date_from,
        coalesce(upper(period.bounds), 'infinity') as date_to,
        left_in.slope,
        left_in."offset",
        left_in.is_circular,
        left_in.is_ratio,
        -- a logger that adds its offset to a direction may leave what comes of it beyond the circle
        case when left_in.is_circular then least(0, left_in.logger_offset) end as lowest_angle,
        case when left_in.is_circular then greatest(360, 360 + left_in.logger_offset) end as highest_angle,
        case
            when left_in.statistic = 'avg' and left_in.measurement_type = 'wind_speed' then left_in.logger_offset
        end as standing_value,
        case
            when left_in.statistic = 'avg' and left_in.measurement_type = 'wind_speed'
                then least(left_in."offset", left_in.logger_offset * left_in.slope + left_in."offset")
        end as standing_calibrated,
        case
            when left_in.statistic = 'avg' and left_in.measurement_type = 'wind_speed'
                then greatest(left_in."offset", left_in.logger_offset * left_in.slope + left_in."offset")
        end as highest_standing
    from left_in
    cross join lateral unnest(left_in.periods) as period (bounds)

)

select * from pieces
