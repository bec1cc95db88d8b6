-- Tells of an anemometer that ice holds: it hardly varies for hours of frost while the wind of others does, or it is slower
-- than its twin of which the one is heated and the other is not.
{% set longest_hours = 24 %} {# and a vane that is still shows within as many more #}
{{ config(
    materialized='periods',
    meta={
        'reach': 2 * longest_hours ~ ' hours', 'heeds': 'flat_line', 'grain': ['station', 'measurement_point', 'parameter', 'date_from']
    }
) }}

with

slots as not materialized (

    select * from {{ ref('slots') }}

),

partners as not materialized (

    select * from {{ ref('partners') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

winds as not materialized (

    select * from {{ ref('winds_at_booms') }}

),

limits as (
    {{ rule_numbers('icing_of_speed', [
        'variation', 'hours', 'minimum_steps', 'temperature', 'other_speed', 'other_variation', 'height_difference',
        'twin_difference', 'twin_hours', 'twin_temperature', 'twin_speed', 'twin_height_difference', 'shadow_half_width'
    ]) }}
),

judged as (

    select
        limits.*,
        points.point_id
    from limits
    inner join points using (station, measurement_point)

),

-- by any thermometer of the station, so that few slots are left
cold as materialized (

    select distinct
        points.station,
        slots.timestamp,
        slots.seconds
    from points
    inner join slots using (point_id)
    where
        points.measurement_type = 'air_temperature'
        and slots.avg < (select max(limits.temperature) from limits)

),

in_frost as materialized (

    select
        judged.*,
        slots.timestamp,
        slots.seconds,
        slots.avg,
        least(greatest(judged.hours * 3600, judged.minimum_steps * slots.seconds), {{ longest_hours * 3600 }})
        * interval '1 second' as span
    from judged
    inner join slots on judged.point_id = slots.point_id
    inner join cold
        on judged.station = cold.station and slots.timestamp = cold.timestamp and slots.seconds = cold.seconds
    where slots.avg is not null

),

-- when they hardly vary themselves, and when a wind varies too little to be a witness; by themselves, since the planner would
-- look for them again at each slot
{% for name, within in {'steady': 'variation', 'unvarying': 'other_variation'}.items() %}
{{ name }} as materialized (

    select
        point_id,
        range_agg(tstzrange(date_from, date_to)) as periods
    from ({{ steady_periods('in_frost', within=within) }}) as windows
    group by point_id

),

{% endfor %}
-- few; which thermometer is nearest and whether there is wind is looked up only then
still as materialized (

    select in_frost.*
    from in_frost
    inner join steady on in_frost.point_id = steady.point_id and steady.periods @> in_frost.timestamp

),

-- while all stand it is calm, and while none varies it is a steady wind
held as (

    select *
    from still
    where
        {{ nearest_value('air_temperature', 'still') }} < temperature
        and {{ wind_varies_near('still', 'unvarying') }}

),

frozen as (
    {{ steady_periods('held') }}
),

-- ice makes slower; few, and cold and wake are looked up only then
slower as materialized (

    select
        judged.*,
        together.*,
        twins.partner_id
    from judged
    inner join {{ ref('heated_twins') }} as twins
        on judged.point_id = twins.point_id and judged.twin_height_difference >= twins.height_difference_m
    cross join lateral (
        select
            slots.timestamp,
            slots.seconds
        from slots
        inner join slots as others using (timestamp, seconds)
        where
            slots.point_id = judged.point_id
            and others.point_id = twins.partner_id
            and slots.timestamp >= twins.date_from
            and slots.timestamp < twins.date_to
            and slots.avg < others.avg * (1 - judged.twin_difference / 100)
            and others.avg > judged.twin_speed
        -- in order, so that each pair is read by itself along the index; the planner would join all slots with all
        order by slots.timestamp
    ) as together

),

-- slots that follow each other step by step have one begin of their row in common
held_back as (

    select
        *,
        timestamp
        - seconds * row_number() over (partition by point_id, partner_id, seconds order by timestamp) * interval '1 second'
            as row_begin
    from slower
    where
        {{ nearest_value('air_temperature', 'slower') }} < twin_temperature
        and not exists (
            select from winds
            where
                winds.point_id in (slower.point_id, slower.partner_id)
                and winds.timestamp = slower.timestamp
                and winds.seconds = slower.seconds
                and coalesce(winds.off_mast_deg, 0) <= slower.shadow_half_width
        )

),

found as (

    select
        points.station,
        points.measurement_point,
        null::text as statistic,
        frozen.date_from,
        frozen.date_to,
        'variation' as parameter
    from frozen
    inner join points using (point_id)
    union all
    select
        station,
        measurement_point,
        null::text as statistic,
        min(timestamp) as date_from,
        max(timestamp) + seconds * interval '1 second' as date_to,
        'twin_difference' as parameter
    from held_back
    group by station, measurement_point, partner_id, seconds, row_begin
    having count(*) * seconds >= least(min(twin_hours), {{ longest_hours }}) * 3600

)

select * from found
