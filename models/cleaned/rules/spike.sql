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

witnesses as not materialized (

    select * from {{ ref('partners') }}

),

numbers as (
    {{ rule_numbers('spike', ['difference', 'paired_share', 'height_difference']) }}
),

judged as (

    select
        points.point_id,
        points.station,
        points.measurement_point,
        points.measurement_type,
        numbers.difference,
        numbers.paired_share,
        numbers.height_difference
    from numbers
    inner join points using (station, measurement_point)

),

-- few, found point by point in the order in which slots lie
jumps as materialized (

    select
        judged.*,
        steps.timestamp,
        steps.seconds * interval '1 second' as step,
        steps.seconds,
        steps.avg - steps.before as change
    from judged
    cross join
        lateral (
            select
                slots.timestamp,
                slots.seconds,
                slots.avg,
                lag(slots.avg) over in_order as before,
                lag(slots.timestamp) over in_order as time_before
            from slots
            where slots.point_id = judged.point_id and slots.seconds <= {{ longest_step }}
            window in_order as (partition by slots.seconds order by slots.timestamp)
        ) as steps
    where
        abs(steps.avg - steps.before) > judged.difference
        and steps.timestamp - steps.time_before = steps.seconds * interval '1 second'

),

-- there and back at once; witnesses are asked for each by itself
suspect as materialized (

    select
        jumps.*,
        sign(jumps.change) as direction,
        least(abs(jumps.change), abs(back.change)) as height
    from jumps
    inner join jumps as back
        on jumps.point_id = back.point_id
        and jumps.seconds = back.seconds
        and jumps.timestamp + jumps.step = back.timestamp
        and sign(jumps.change) = -sign(back.change)

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
