-- Takes a single average far above or far below both its neighbours, unless another sensor near its height shows some of it too.
{% set longest_step = 3600 %}
{{ config(materialized='periods', meta={'reach': '2 hours', 'grain': ['station', 'measurement_point', 'date_from']}) }}

with

slots as not materialized (

    select * from {{ ref('slots') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

witnesses as (

    select * from {{ ref('partners') }}

),

numbers as (
    {{ rule_numbers('spike', ['difference', 'paired_share', 'height_difference']) }}
),

in_order as (

    select
        slots.point_id,
        slots.timestamp,
        slots.seconds,
        slots.avg,
        points.station,
        points.measurement_point,
        points.measurement_type,
        numbers.difference,
        numbers.paired_share,
        numbers.height_difference,
        lag(slots.avg) over steps as before,
        lead(slots.avg) over steps as after,
        lag(slots.timestamp) over steps as time_before,
        lead(slots.timestamp) over steps as time_after
    from slots
    inner join points using (point_id)
    inner join numbers using (station, measurement_point)
    where slots.seconds <= {{ longest_step }}
    window steps as (partition by slots.point_id, slots.seconds order by slots.timestamp)

),

-- few, so that witnesses are asked for each by itself
suspect as materialized (

    select
        *,
        seconds * interval '1 second' as step,
        sign(avg - before) as direction,
        least(abs(avg - before), abs(avg - after)) as height
    from in_order
    where
        (
            (avg - before > difference and avg - after > difference)
            or (before - avg > difference and after - avg > difference)
        )
        and extract(epoch from timestamp - time_before) = seconds
        and extract(epoch from time_after - timestamp) = seconds

),

found as (

    select
        station,
        measurement_point,
        null::text as statistic,
        timestamp as date_from,
        timestamp + step as date_to,
        'difference' as parameter
    from suspect
    where
        not exists (
            select shown.point_id
            from witnesses
            inner join slots as shown on witnesses.partner_id = shown.point_id
            where
                witnesses.point_id = suspect.point_id
                and witnesses.partner_type = suspect.measurement_type
                and witnesses.height_difference_m <= suspect.height_difference
                and shown.seconds = suspect.seconds
                and shown.timestamp between suspect.timestamp - suspect.step and suspect.timestamp + suspect.step
            group by shown.point_id
            having
                max(suspect.direction * shown.avg) filter (where shown.timestamp = suspect.timestamp)
                - max(suspect.direction * shown.avg) filter (where shown.timestamp <> suspect.timestamp)
                >= suspect.paired_share * suspect.height
        )

)

select * from found
