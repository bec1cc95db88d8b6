-- Runs of averages that repeat the one before them, as do their deviations, and that are long enough to be a flat line.
{% set longest_hours = 24 %}
{{ config(materialized='working_set') }}

with

slots as not materialized (

    select * from {{ ref('slots') }}

),

pieces as (

    select * from {{ ref('judged_pieces') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

limits as (
    {{ rule_numbers('flat_line', ['hours', 'minimum_steps', 'tolerance']) }}
),

kinds as (

    select distinct
        points.point_id,
        pieces.seconds,
        pieces.seconds * interval '1 second' as step,
        greatest(
            limits.minimum_steps, ceil(least(limits.hours, {{ longest_hours }}) * 3600 / pieces.seconds)
        )::integer as least_steps,
        limits.tolerance
    from limits
    inner join points using (station, measurement_point)
    inner join pieces using (point_id)

),

-- few of many: each kind is read by itself, in the order of the slots' index, so that nothing has to be sorted
repeating as (

    select
        kinds.point_id,
        kinds.seconds,
        kinds.step,
        kinds.least_steps,
        followed.timestamp
    from kinds
    cross join
        lateral (
            select
                slots.timestamp,
                slots.avg,
                slots.sd,
                lag(slots.avg) over steps as avg_before,
                lag(slots.sd) over steps as sd_before,
                lag(slots.timestamp) over steps as time_before
            from slots
            where slots.point_id = kinds.point_id and slots.seconds = kinds.seconds and slots.avg is not null
            window steps as (order by slots.timestamp)
        ) as followed
    where
        abs(followed.avg - followed.avg_before) <= kinds.tolerance * abs(followed.avg)
        and (followed.sd is null or followed.sd = 0 or abs(followed.sd - followed.sd_before) <= kinds.tolerance * followed.sd)
        and followed.time_before = followed.timestamp - kinds.step

),

-- those that follow each other step by step have one begin of their row in common
in_rows as (

    select
        *,
        timestamp - step * row_number() over (partition by point_id, seconds order by timestamp) as row_begin
    from repeating

),

long_enough as (

    select
        point_id,
        seconds,
        least_steps,
        min(timestamp) - step as date_from,
        max(timestamp) + step as date_to
    from in_rows
    group by point_id, seconds, step, least_steps, row_begin
    having count(*) + 1 >= least_steps

)

select * from long_enough
