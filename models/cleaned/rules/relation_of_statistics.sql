-- Takes statistics of one averaging period that contradict each other: the one that can't be where the others agree, else all.
-- Of directions none: their minimum may well be above their average.
{{ config(materialized='periods', meta={'reach': '0', 'grain': ['station', 'measurement_point', 'statistic', 'date_from']}) }}

with

slots as (

    select * from {{ ref('slots') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

linear_types as (

    select * from {{ ref('measurement_types') }} where kind = 'linear'

),

limits as (
    {{ rule_numbers('relation_of_statistics', ['tolerance', 'turbulence_from']) }}
),

judged as (

    select
        points.point_id,
        points.station,
        points.measurement_point,
        limits.tolerance::real as tolerance,
        limits.turbulence_from
    from limits
    inner join points using (station, measurement_point)
    inner join linear_types using (measurement_type)

),

-- few; null where one of them was not recorded. Single precision, so that a difference of one last digit is the same everywhere
contradicting as (

    select
        judged.station,
        judged.measurement_point,
        slots.timestamp as date_from,
        slots.timestamp + slots.seconds * interval '1 second' as date_to,
        (slots.min - slots.max)::real > judged.tolerance as is_min_above_max,
        (slots.min - slots.avg)::real > judged.tolerance as is_min_above_avg,
        (slots.avg - slots.max)::real > judged.tolerance as is_avg_above_max,
        (slots.avg - slots.gust)::real > judged.tolerance as is_avg_above_gust,
        slots.sd < 0 as is_sd_negative,
        (slots.sd - (slots.max - slots.min) / 2)::real > judged.tolerance as is_sd_too_large,
        slots.avg > judged.turbulence_from and (slots.ti < 0 or slots.ti > 1) as is_ti_beyond
    from slots
    inner join judged using (point_id)
    where
        (slots.min - slots.max)::real > judged.tolerance
        or (slots.min - slots.avg)::real > judged.tolerance
        or (slots.avg - slots.max)::real > judged.tolerance
        or (slots.avg - slots.gust)::real > judged.tolerance
        or slots.sd < 0
        or (slots.sd - (slots.max - slots.min) / 2)::real > judged.tolerance
        or (slots.avg > judged.turbulence_from and (slots.ti < 0 or slots.ti > 1))

),

-- of minimum, average and maximum, the one that both others contradict; of others, the one that these three contradict together
found as (

    select
        station,
        measurement_point,
        case
            when is_min_above_max and is_min_above_avg and not is_avg_above_max then 'min'
            when is_min_above_max and is_avg_above_max and not is_min_above_avg then 'max'
        end as statistic,
        date_from,
        date_to,
        'tolerance' as parameter
    from contradicting
    where is_min_above_max or is_min_above_avg or is_avg_above_max
    union all
    select
        station,
        measurement_point,
        case when not is_avg_above_max and is_min_above_avg is not true then 'gust' end as statistic,
        date_from,
        date_to,
        'tolerance' as parameter
    from contradicting
    where is_avg_above_gust
    union all
    select
        station,
        measurement_point,
        'sd' as statistic,
        date_from,
        date_to,
        'tolerance' as parameter
    from contradicting
    where is_sd_negative or (is_sd_too_large and (is_min_above_max or is_min_above_avg or is_avg_above_max) is not true)
    union all
    select
        station,
        measurement_point,
        'ti' as statistic,
        date_from,
        date_to,
        'turbulence_from' as parameter
    from contradicting
    where is_ti_beyond

)

select * from found
