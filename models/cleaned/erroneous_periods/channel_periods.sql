-- Every channel's time cut into pieces in which nothing changes: neither its numbers nor what excludes it.
-- Disjoint and without holes, so that a reading meets exactly one row.
with

calibrations as (

    select * from {{ ref('calibration_periods') }}

),

flagged as (

    select * from {{ ref('flagged_periods') }} where mode = 'exclude'

),

served as (

    select distinct channel_id, station, measurement_point, statistic, averaging_period
    from calibrations

),

-- off the grid, a period takes every reading whose averaging period it overlaps
exclusions as (

    select
        served.channel_id,
        served.measurement_point,
        served.statistic,
        flagged.reason,
        flagged.source,
        -- people before rules, and those in their order; never by who came first, so that any order of work ends the same
        row_number() over (
            order by
                flagged.rule_position nulls first, flagged.date_from, flagged.date_to, flagged.reason, flagged.source
        ) as place,
        flagged.date_from - served.averaging_period + interval '1 microsecond' as date_from,
        flagged.date_to
    from served
    inner join flagged
        on served.station = flagged.station
        and served.measurement_point = flagged.measurement_point
        and served.statistic = coalesce(flagged.statistic, served.statistic)

),

-- exclusions that overlap or touch form an island, so that only those need to be compared with each other
reached as (

    select
        *,
        max(date_to) over (
            partition by channel_id, measurement_point, statistic
            order by date_from, place
            rows between unbounded preceding and 1 preceding
        ) as reached_before
    from exclusions

),

islands as (

    select
        *,
        count(*) filter (where date_from > reached_before) over (
            partition by channel_id, measurement_point, statistic
            order by date_from, place
        ) as island
    from reached

),

bounds as (

    select channel_id, measurement_point, statistic, null::bigint as island, '-infinity'::timestamptz as bound
    from served
    union
    select channel_id, measurement_point, statistic, island, date_from as bound
    from islands
    union
    select channel_id, measurement_point, statistic, island, date_to as bound
    from islands

),

stretches as (

    select
        channel_id,
        measurement_point,
        statistic,
        island,
        bound as date_from,
        lead(bound, 1, 'infinity') over (
            partition by channel_id, measurement_point, statistic order by bound, island nulls first
        ) as date_to
    from bounds

),

-- where several exclude a piece, a flag goes before a rule, and the one that begins first before others
explained as (

    select distinct on (stretches.channel_id, stretches.measurement_point, stretches.statistic, stretches.date_from)
        stretches.*,
        islands.reason,
        islands.source
    from stretches
    left join islands
        on stretches.channel_id = islands.channel_id
        and stretches.measurement_point = islands.measurement_point
        and stretches.statistic = islands.statistic
        and stretches.island = islands.island
        and stretches.date_from >= islands.date_from
        and stretches.date_from < islands.date_to
    where stretches.date_from < stretches.date_to
    order by
        stretches.channel_id, stretches.measurement_point, stretches.statistic, stretches.date_from,
        islands.place

),

pieces as (

    select
        calibrations.channel_id,
        calibrations.station,
        calibrations.measurement_point,
        calibrations.measurement_type,
        calibrations.height_m,
        calibrations.statistic,
        calibrations.unit,
        calibrations.averaging_period,
        greatest(calibrations.date_from, explained.date_from) as date_from,
        least(calibrations.date_to, explained.date_to) as date_to,
        calibrations.slope,
        calibrations."offset",
        calibrations.is_circular,
        calibrations.calibration_status,
        calibrations.date_to as calibration_changes_at,
        explained.reason as excluded_by,
        explained.source as excluded_source,
        calibrations.is_ratio,
        calibrations.north
    from calibrations
    inner join explained
        on calibrations.channel_id = explained.channel_id
        and calibrations.measurement_point = explained.measurement_point
        and calibrations.statistic = explained.statistic
        and calibrations.date_from < explained.date_to
        and calibrations.date_to > explained.date_from

)

select * from pieces
