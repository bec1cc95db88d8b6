-- Takes speeds that an anemometer on a side boom measured in the wake of its mast.
-- Whether a vane is still shows within the longest hours of a flat line.
{{ config(
    materialized='periods',
    meta={'reach': '24 hours', 'heeds': 'flat_line', 'grain': ['station', 'measurement_point', 'date_from']}
) }}

with

winds as (

    select * from {{ ref('winds_at_booms') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

limits as (
    {{ rule_numbers('tower_shadow', ['half_width']) }}
),

found as (

    select
        limits.station,
        limits.measurement_point,
        null::text as statistic,
        winds.timestamp as date_from,
        winds.timestamp + winds.seconds * interval '1 second' as date_to,
        'half_width' as parameter
    from winds
    inner join points using (point_id)
    inner join limits using (station, measurement_point)
    where winds.off_mast_deg <= limits.half_width

)

select * from found
