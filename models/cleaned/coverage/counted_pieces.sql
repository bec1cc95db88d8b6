-- How many readings came for each piece that is counted anew. Of a month whose slots are served by several channels, as where a
-- column was renamed or a logger exchanged, those channels step back that brought nothing, where another of their logger did.
{{ config(materialized='working_set') }}

with

readings as (

    select * from {{ source('raw', 'reading') }}

),

pieces as (

    select serving_pieces.*
    from {{ ref('serving_pieces') }} as serving_pieces
    inner join {{ ref('stale_months') }} using (station, measurement_point, month)

),

counted as (

    select
        pieces.*,
        found.readings,
        found.numbers,
        found.off_grid
    from pieces
    cross join lateral (
        select
            count(*) as readings,
            count(readings.value) as numbers,
            count(*) filter (
                where readings.timestamp <> date_bin(pieces.averaging_period, readings.timestamp, pieces.date_from)
            ) as off_grid
        from readings
        where
            readings.channel_id = pieces.channel_id
            and readings.timestamp >= pieces.date_from
            and readings.timestamp < pieces.date_to
    ) as found

),

by_channel as (

    select
        station,
        measurement_point,
        statistic,
        month,
        logger,
        averaging_period,
        channel_id,
        sum(readings) as readings,
        range_agg(tstzrange(date_from, date_to)) as periods
    from counted
    group by station, measurement_point, statistic, month, logger, averaging_period, channel_id

),

stepped_back as (

    select idle.*
    from by_channel as idle
    where
        idle.readings = 0
        and exists (
            select
            from by_channel as busy
            where
                busy.station = idle.station
                and busy.measurement_point = idle.measurement_point
                and busy.statistic = idle.statistic
                and busy.month = idle.month
                and busy.logger = idle.logger
                and busy.averaging_period = idle.averaging_period
                and busy.readings > 0
                and busy.periods @> idle.periods
        )

),

serving as (

    select counted.*
    from counted
    left join stepped_back using (station, measurement_point, statistic, month, logger, averaging_period, channel_id)
    where stepped_back.station is null

),

-- where channels overlap, or stamps lie off the grid, a slot may have two readings: such months are counted slot by slot
followed as (

    select
        *,
        lead(date_from) over (
            partition by station, measurement_point, statistic, month order by date_from, date_to
        ) as next_from
    from serving

),

judged as (

    select
        station,
        measurement_point,
        statistic,
        month,
        channel_id,
        logger,
        averaging_period,
        date_from,
        date_to,
        cause,
        utc_offset,
        slots,
        readings,
        numbers,
        coalesce(
            bool_or(next_from < date_to or off_grid > 0) over (partition by station, measurement_point, statistic, month),
            false
        ) as is_contested
    from followed

)

select * from judged
