-- Tells of two sensors of one quantity that disagree for hours while the wind blows; which of them is wrong they don't say.
-- Speeds are compared where both are outside the wake of the mast.
{# and whether a vane is still shows within as many more #}
{% set longest_hours = 24 %}
{{ config(
    materialized='periods',
    meta={
        'reach': 2 * longest_hours ~ ' hours',
        'heeds': 'flat_line',
        'grain': ['station', 'measurement_point', 'date_from']
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
    {{ rule_numbers('paired_sensors', [
        'height_difference', 'hours', 'from_speed', 'difference', 'ratio_minimum', 'ratio_maximum', 'shadow_half_width'
    ]) }}
),

pairs as (

    select
        points.point_id,
        partners.partner_id,
        points.measurement_type,
        limits.*
    from limits
    inner join points using (station, measurement_point)
    inner join partners on points.point_id = partners.point_id and points.measurement_type = partners.partner_type
    where partners.height_difference_m <= limits.height_difference

),

-- few, found in one pass; wake and wind are looked at only then
apart as materialized (

    select
        pairs.*,
        together.timestamp,
        together.seconds
    from pairs
    cross join lateral (
        select
            slots.timestamp,
            slots.seconds
        from slots
        inner join slots as others using (timestamp, seconds)
        where
            slots.point_id = pairs.point_id
            and others.point_id = pairs.partner_id
            and case pairs.measurement_type
                when 'wind_direction' then abs({{ turn('others.avg', 'slots.avg') }}) > pairs.difference
                when 'wind_speed' then
                    least(slots.avg, others.avg) > pairs.from_speed
                    and (
                        abs(slots.avg - others.avg) > pairs.difference
                        or slots.avg < pairs.ratio_minimum * others.avg
                        or slots.avg > pairs.ratio_maximum * others.avg
                    )
            end
        -- in order, so that each pair is read by itself along the index; the planner would join all slots with all
        order by slots.timestamp
    ) as together

),

-- where no vane tells, either anemometer may be in the wake
in_wind as (

    select apart.*
    from apart
    where
        apart.measurement_type = 'wind_speed'
        and not exists (
            select from winds
            where
                winds.point_id in (apart.point_id, apart.partner_id)
                and winds.timestamp = apart.timestamp
                and winds.seconds = apart.seconds
                and coalesce(winds.off_mast_deg, 0) <= apart.shadow_half_width
        )
        or apart.measurement_type = 'wind_direction'
        and {{ strongest_near('apart') }} > apart.from_speed

),

-- slots that follow each other step by step have one begin of their row in common
numbered as (

    select
        *,
        timestamp
        - seconds * row_number() over (partition by point_id, partner_id, seconds order by timestamp) * interval '1 second'
            as row_begin
    from in_wind

),

found as (

    select
        station,
        measurement_point,
        null::text as statistic,
        min(timestamp) as date_from,
        max(timestamp) + seconds * interval '1 second' as date_to,
        'hours' as parameter
    from numbered
    group by station, measurement_point, partner_id, seconds, row_begin
    having count(*) * seconds >= least(min(hours), {{ longest_hours }}) * 3600

)

select * from found
