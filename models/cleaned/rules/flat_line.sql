-- Takes values that stay the same for longer than their quantity does: of a stuck sensor, or a logger that repeats itself.
-- What speaks for one slot lies within the longest hours around it, and within as many days from where these begin and end as
-- a coarse channel may be the same for.
{% set longest_hours = 24 %}
{% set coarse_days = 2 %}
{% set days = {'first_day': 'repeated.date_from', 'last_day': "repeated.date_to - repeated.seconds * interval '1 second'"} %}
{% set longest = "interval '" ~ longest_hours ~ " hours'" %}
{{ config(
    materialized='periods',
    meta={'reach': (longest_hours + 24 * coarse_days) ~ ' hours', 'grain': ['station', 'measurement_point', 'date_from']}
) }}

with

slots as not materialized (

    select * from {{ ref('slots') }}

),

pieces as (

    select * from {{ ref('judged_pieces') }} where statistic = 'avg'

),

anemometers as (

    select * from {{ ref('partners') }} where partner_type = 'wind_speed'

),

points as (

    select * from {{ ref('judged_points') }}

),

limits as (
    {{ rule_numbers('flat_line', [
        'tolerance', 'usual_step', 'above', 'below', 'above_standing', 'other_speed', 'height_difference', 'zenith_below'
    ]) }}
),

-- the smallest difference of neighbours shows what a channel resolves, on the days on which a run begins and ends
runs as (

    select
        limits.*,
        points.latitude,
        points.longitude,
        repeated.*,
        repeated.seconds * interval '1 second' as step,
        first_day.resolution as first_resolution,
        last_day.resolution as last_resolution
    from {{ ref('repeated_averages') }} as repeated
    inner join points using (point_id)
    inner join limits using (station, measurement_point)
    {% for day, slot in days.items() %}
    cross join
        lateral (
            select min(following.difference) as resolution
            from (
                select
                    slots.avg,
                    abs(slots.avg - lag(slots.avg) over (order by slots.timestamp)) as difference
                from slots
                where
                    slots.point_id = repeated.point_id
                    and slots.seconds = repeated.seconds
                    and slots.timestamp >= date_trunc('day', {{ slot }}, 'UTC')
                    and slots.timestamp < date_trunc('day', {{ slot }}, 'UTC') + interval '24 hours'
            ) as following
            where following.difference > limits.tolerance * abs(following.avg)
        ) as {{ day }}
    {% endfor %}

),

windy as (

    select distinct
        runs.point_id,
        runs.seconds,
        slots.timestamp
    from runs
    inner join anemometers
        on runs.point_id = anemometers.point_id and runs.height_difference >= anemometers.height_difference_m
    inner join slots
        on anemometers.partner_id = slots.point_id
        and runs.seconds = slots.seconds
        and runs.date_from <= slots.timestamp
        and runs.date_to > slots.timestamp
    where slots.avg > runs.other_speed

),

-- slots in which a sensor that works would have changed
telling as (

    select
        runs.*,
        slots.timestamp
    from runs
    inner join slots
        on runs.point_id = slots.point_id
        and runs.seconds = slots.seconds
        and runs.date_from <= slots.timestamp
        and runs.date_to > slots.timestamp
    left join windy
        on runs.point_id = windy.point_id
        and runs.seconds = windy.seconds
        and slots.timestamp = windy.timestamp
    cross join {{ sun('(slots.timestamp + runs.step / 2)', 'runs.latitude', 'runs.longitude') }} as sun
    where
        (runs.above is null or slots.avg > runs.above)
        and (runs.below is null or slots.avg < runs.below)
        and (runs.other_speed is null or windy.timestamp is not null)
        and (runs.zenith_below is null or sun.cos_zenith > cosd(runs.zenith_below))
        and not exists (
            select from pieces
            where
                pieces.point_id = runs.point_id
                and pieces.seconds = runs.seconds
                and pieces.date_from <= slots.timestamp
                and pieces.date_to > slots.timestamp
                and pieces.highest_standing + runs.above_standing >= slots.avg
        )

),

-- since when there are as many of them as are needed at least
counted as (

    select
        *,
        lag(timestamp, least_steps - 1) over (partition by point_id, seconds, date_from order by timestamp) as least_from
    from telling

),

needed as (

    select
        *,
        greatest(
            least_steps,
            ceil(least_steps / usual_step * least(
                case
                    when least_from < date_trunc('day', date_from, 'UTC') + interval '{{ 24 * coarse_days }} hours'
                        then first_resolution
                end,
                case
                    when timestamp >= date_trunc('day', date_to - step, 'UTC') - interval '{{ 24 * (coarse_days - 1) }} hours'
                        then last_resolution
                end
            ))
        )::integer as steps
    from counted

),

lasting as (

    select
        *,
        lag(timestamp, steps - 1) over (partition by point_id, seconds, date_from order by timestamp) as lasting_from
    from needed

),

flat as (

    select
        station,
        measurement_point,
        range_agg(tstzrange(timestamp + step - {{ longest }}, lasting_from + {{ longest }}))
        * tstzmultirange(tstzrange(date_from, date_to)) as periods
    from lasting
    where timestamp + step - lasting_from <= {{ longest }}
    group by station, measurement_point, seconds, date_from, date_to

),

found as (

    select
        flat.station,
        flat.measurement_point,
        null::text as statistic,
        lower(period.bounds) as date_from,
        upper(period.bounds) as date_to,
        'hours' as parameter
    from flat
    cross join lateral unnest(flat.periods) as period (bounds)

)

select * from found
