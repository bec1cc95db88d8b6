-- Takes an anemometer that stands while another one near its height turns: frozen, broken or without its cable.
{% set longest_hours = 24 %}
{{ config(
    materialized='periods',
    meta={'reach': longest_hours ~ ' hours', 'grain': ['station', 'measurement_point', 'date_from']}
) }}

with

slots as (

    select * from {{ ref('slots') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

witnesses as (

    select * from {{ ref('partners') }} where partner_type = 'wind_speed'

),

turning as (

    select * from {{ ref('slots') }}

),

numbers as (
    {{ rule_numbers('standstill', ['hours', 'other_speed', 'height_difference', 'above_standing']) }}
),

-- few, found in one pass
standing as materialized (

    select
        slots.point_id,
        points.station,
        points.measurement_point,
        slots.timestamp,
        slots.seconds,
        numbers.hours,
        numbers.other_speed,
        numbers.height_difference
    from slots
    inner join points using (point_id)
    inner join numbers using (station, measurement_point)
    where
        slots.above_standing < (select max(highest.above_standing) from numbers as highest)
        and slots.above_standing < numbers.above_standing

),

-- while all stand it is calm; witnesses are looked up for each slot by itself, as the planner would join all slots with all
alone as (

    select *
    from standing
    where
        other_speed < (
            select max(turning.avg)
            from witnesses
            inner join turning on witnesses.partner_id = turning.point_id
            where
                witnesses.point_id = standing.point_id
                and witnesses.height_difference_m <= standing.height_difference
                and turning.timestamp = standing.timestamp
                and turning.seconds = standing.seconds
        )

),

-- slots that follow each other step by step have one begin of their row in common
numbered as (

    select
        *,
        timestamp
        - seconds * row_number() over (partition by point_id, seconds order by timestamp) * interval '1 second' as row_begin
    from alone

),

runs as (

    select
        station,
        measurement_point,
        null as statistic,
        min(timestamp) as date_from,
        max(timestamp) + seconds * interval '1 second' as date_to,
        'hours' as parameter
    from numbered
    group by station, measurement_point, seconds, row_begin
    having count(*) * seconds >= least(min(hours), {{ longest_hours }}) * 3600

)

select * from runs
