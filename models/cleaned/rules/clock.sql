-- Tells of a logger whose clock is off the sun's: on clear days the irradiance that it records has its noon too early, or too
-- late, day after day. All that the logger served then is told.
{% set longest_days = 30 %}
{{ config(
    materialized='periods',
    meta={
        'reach': (longest_days + 1) ~ ' days',
        'looks_at': 'global_horizontal_irradiance',
        'grain': ['station', 'measurement_point', 'date_from'],
    }
) }}

with

noons as (

    select * from {{ ref('noons') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

settings as (

    select * from {{ ref('channel_settings') }}

),

limits as (
    {{ rule_numbers('clock', ['minutes', 'days', 'clearness', 'likeness']) }}
),

-- the sun turns a degree in four minutes
clear_days as (

    select
        points.station,
        points.measurement_point,
        noons.point_id,
        noons.seconds,
        noons.day,
        noons.date_from,
        noons.date_to,
        least(limits.days, {{ longest_days }})::integer as days,
        case when abs(noons.off_deg) * 4 > limits.minutes then sign(noons.off_deg) else 0 end as direction
    from noons
    inner join points using (point_id)
    inner join limits using (station, measurement_point)
    where noons.clearness >= limits.clearness and noons.likeness >= limits.likeness

),

turning as (

    select
        *,
        coalesce((direction <> lag(direction) over in_order)::integer, 0) as turns
    from clear_days
    window in_order as (partition by point_id, seconds order by day)

),

-- clear days that are off alike have as many turns before them
counted as (

    select
        *,
        sum(turns) over (partition by point_id, seconds order by day) as turns_before
    from turning

),

followed as (

    select
        *,
        lag(day, days - 1) over in_order as first_day,
        lag(date_from, days - 1) over in_order as first_from,
        lag(turns_before, days - 1) over in_order as first_turns
    from counted
    window in_order as (partition by point_id, seconds order by day)

),

off as (

    select
        station,
        measurement_point,
        first_from as date_from,
        date_to
    from followed
    where direction <> 0 and first_turns = turns_before and day - first_day < {{ longest_days }}

),

-- which points a logger served, and when
served as (

    select
        station,
        metadata.same_serial(logger) as logger,
        measurement_point,
        range_agg(tstzrange(date_from, date_to)) as periods
    from settings
    group by station, metadata.same_serial(logger), measurement_point

),

loggers_off as (

    select
        served.station,
        served.logger,
        range_agg(served.periods * tstzmultirange(tstzrange(off.date_from, off.date_to))) as periods
    from off
    inner join served using (station, measurement_point)
    group by served.station, served.logger

),

found as (

    select
        served.station,
        served.measurement_point,
        null::text as statistic,
        lower(period.bounds) as date_from,
        upper(period.bounds) as date_to,
        'minutes' as parameter
    from served
    inner join loggers_off using (station, logger)
    cross join lateral unnest(served.periods * loggers_off.periods) as period (bounds)

)

select * from found
