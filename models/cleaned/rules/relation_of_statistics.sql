-- Takes statistics of one averaging period that contradict each other: the one that can't be where the others agree, else all.
-- Of directions none: their minimum may well be above their average.
-- A coarse logger leaves as much open as the day's values (UTC) show that it resolves.
{{ config(
    materialized='periods',
    meta={'reach': '24 hours', 'grain': ['station', 'measurement_point', 'statistic', 'date_from']}
) }}

with

slots as not materialized (

    select * from {{ ref('slots') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

linear_types as (

    select * from {{ ref('measurement_types') }} where kind = 'linear'

),

limits as (
    {{ rule_numbers('relation_of_statistics', ['tolerance', 'least_values', 'turbulence_from']) }}
),

judged as (

    select
        points.point_id,
        points.station,
        points.measurement_point,
        limits.tolerance::real as tolerance,
        limits.least_values,
        limits.turbulence_from
    from limits
    inner join points using (station, measurement_point)
    inner join linear_types using (measurement_type)

),

-- few; single precision, so that a difference of one last digit is the same everywhere
suspect as materialized (

    select
        slots.*,
        judged.station,
        judged.measurement_point,
        judged.tolerance,
        judged.least_values,
        judged.turbulence_from,
        date_trunc('day', slots.timestamp, 'UTC') as day
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

days as (

    select distinct point_id, seconds, day, tolerance, least_values from suspect

),

compared as (

    select
        days.*,
        named.statistic,
        named.value
    from days
    inner join slots
        on days.point_id = slots.point_id
        and days.seconds = slots.seconds
        and days.day <= slots.timestamp
        and days.day + interval '24 hours' > slots.timestamp
    cross join
        lateral (
            values
            ('avg', slots.avg), ('sd', slots.sd), ('min', slots.min), ('max', slots.max), ('gust', slots.gust)
        ) as named (statistic, value)

),

in_order as (

    select
        *,
        value - lag(value) over (partition by point_id, seconds, day, statistic order by value) as difference
    from compared

),

-- the smallest difference between values of a statistic is what the logger resolves, if there are values enough to tell
resolved as (

    select
        point_id,
        seconds,
        day,
        case when count(*) + 1 >= least_values then greatest(min(difference)::real, tolerance) else tolerance end as tolerance
    from in_order
    where difference > 0
    group by point_id, seconds, day, statistic, tolerance, least_values

),

open_by as (

    select
        point_id,
        seconds,
        day,
        max(tolerance) as tolerance
    from resolved
    group by point_id, seconds, day

),

-- null where one of them was not recorded
contradicting as (

    select
        suspect.station,
        suspect.measurement_point,
        suspect.timestamp as date_from,
        suspect.timestamp + suspect.seconds * interval '1 second' as date_to,
        (suspect.min - suspect.max)::real > allowed.tolerance as is_min_above_max,
        (suspect.min - suspect.avg)::real > allowed.tolerance as is_min_above_avg,
        (suspect.avg - suspect.max)::real > allowed.tolerance as is_avg_above_max,
        (suspect.avg - suspect.gust)::real > allowed.tolerance as is_avg_above_gust,
        suspect.sd < 0 as is_sd_negative,
        (suspect.sd - (suspect.max - suspect.min) / 2)::real > allowed.tolerance as is_sd_too_large,
        suspect.avg > suspect.turbulence_from and (suspect.ti < 0 or suspect.ti > 1) as is_ti_beyond
    from suspect
    left join open_by using (point_id, seconds, day)
    cross join lateral (values (coalesce(open_by.tolerance, suspect.tolerance))) as allowed (tolerance)

),

-- of minimum, average and maximum, the one that both others contradict; of others, the one that these three contradict together
found as (

    select
        contradicting.station,
        contradicting.measurement_point,
        told.statistic,
        contradicting.date_from,
        contradicting.date_to,
        told.parameter
    from contradicting
    cross join
        lateral (
            values
            (
                contradicting.is_min_above_max or contradicting.is_min_above_avg or contradicting.is_avg_above_max,
                case
                    when contradicting.is_min_above_max and contradicting.is_min_above_avg and not contradicting.is_avg_above_max
                        then 'min'
                    when contradicting.is_min_above_max and contradicting.is_avg_above_max and not contradicting.is_min_above_avg
                        then 'max'
                end,
                'tolerance'
            ),
            (
                contradicting.is_avg_above_gust,
                case when not contradicting.is_avg_above_max and contradicting.is_min_above_avg is not true then 'gust' end,
                'tolerance'
            ),
            (
                contradicting.is_sd_negative
                or (
                    contradicting.is_sd_too_large
                    and (
                        contradicting.is_min_above_max or contradicting.is_min_above_avg or contradicting.is_avg_above_max
                    ) is not true
                ),
                'sd',
                'tolerance'
            ),
            (contradicting.is_ti_beyond, 'ti', 'turbulence_from')
        ) as told (is_so, statistic, parameter)
    where told.is_so

)

select * from found
