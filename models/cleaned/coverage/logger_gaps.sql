-- When no row of a logger came, month by month of those that are counted anew: no_file where none of its files covers the time,
-- logger_silent where one does. A row that came is one of any of its columns, or one that could not be read. The column that
-- has most is looked at first, and the others only where it has nothing.
{{ config(materialized='working_set', indexes=[{'columns': ['station', 'logger', 'month']}]) }}

with

pieces as (

    select * from {{ ref('counted_pieces') }}

),

channels as (

    select
        metadata.same_serial(logger) as logger,
        averaging_period,
        array_agg(channel_id) as channel_ids
    from {{ ref('stg_raw__channels') }}
    group by metadata.same_serial(logger), averaging_period

),

rejected as (

    select * from {{ ref('stg_raw__rejected_rows') }} where timestamp is not null

),

files as (

    select * from {{ ref('stg_raw__files') }} where state = 'loaded'

),

by_channel as (

    select
        station,
        logger,
        averaging_period,
        utc_offset,
        month,
        channel_id,
        min(date_from) as date_from,
        max(date_to) as date_to,
        sum(readings) as readings,
        bool_or(readings < slots or is_contested) as is_incomplete
    from pieces
    group by station, logger, averaging_period, utc_offset, month, channel_id

),

months as (

    select
        station,
        logger,
        averaging_period,
        utc_offset,
        month,
        (array_agg(channel_id order by readings desc, channel_id))[1] as fullest_id,
        min(date_from) as date_from,
        max(date_to) as date_to
    from by_channel
    group by station, logger, averaging_period, utc_offset, month
    having bool_or(is_incomplete)

),

of_the_fullest as (

    select
        months.station,
        months.logger,
        months.averaging_period,
        months.month,
        range_agg(tstzrange(slots.slot, slots.slot + months.averaging_period)) as periods
    from months
    cross join
        lateral (
            select date_bin(months.averaging_period, readings.timestamp, months.date_from) as slot
            from {{ source('raw', 'reading') }} as readings
            where
                readings.channel_id = months.fullest_id
                and readings.timestamp >= months.date_from
                and readings.timestamp < months.date_to
        ) as slots
    group by months.station, months.logger, months.averaging_period, months.month

),

holes as (

    select
        months.*,
        channels.channel_ids,
        tstzmultirange(tstzrange(months.date_from, months.date_to)) - coalesce(of_the_fullest.periods, '{}') as periods
    from months
    left join of_the_fullest using (station, logger, averaging_period, month)
    left join channels using (logger, averaging_period)

),

came as (

    select
        holes.station,
        holes.logger,
        holes.averaging_period,
        holes.month,
        date_bin(holes.averaging_period, others.timestamp, holes.date_from) as slot
    from holes
    cross join lateral unnest(holes.periods) as hole (bounds)
    cross join lateral (
        select readings.timestamp
        from {{ source('raw', 'reading') }} as readings
        where
            readings.channel_id = any(holes.channel_ids)
            and readings.timestamp >= lower(hole.bounds)
            and readings.timestamp < upper(hole.bounds)
        union
        select rejected.timestamp
        from rejected
        where
            rejected.channel_ids && holes.channel_ids
            and rejected.timestamp >= lower(hole.bounds)
            and rejected.timestamp < upper(hole.bounds)
    ) as others

),

came_too as (

    select
        station,
        logger,
        averaging_period,
        month,
        range_agg(tstzrange(slot, slot + averaging_period)) as periods
    from came
    group by station, logger, averaging_period, month

),

-- a segment of a file that grows covers the time since the one that it continues, too
covered as (

    select
        holes.station,
        holes.logger,
        holes.averaging_period,
        holes.month,
        range_agg(
            tstzrange(
                {{ slot_at('files.first_timestamp', 'holes.averaging_period', 'holes.utc_offset') }},
                {{ slot_at("files.last_timestamp + interval '1 microsecond'", 'holes.averaging_period', 'holes.utc_offset') }}
            )
        ) as periods
    from holes
    inner join (
        select
            metadata.same_serial(files.logger) as logger,
            least(files.first_timestamp, before.last_timestamp) as first_timestamp,
            files.last_timestamp
        from files
        left join files as before on files.continues_file_id = before.file_id
    ) as files
        on holes.logger = files.logger
        and files.first_timestamp <= files.last_timestamp
        and holes.date_to > files.first_timestamp
        and holes.date_from <= files.last_timestamp
    group by holes.station, holes.logger, holes.averaging_period, holes.month

),

gaps as (

    select
        holes.station,
        holes.logger,
        holes.averaging_period,
        holes.month,
        holes.periods - coalesce(came_too.periods, '{}') - coalesce(covered.periods, '{}') as no_file,
        (holes.periods - coalesce(came_too.periods, '{}')) * coalesce(covered.periods, '{}') as logger_silent
    from holes
    left join came_too using (station, logger, averaging_period, month)
    left join covered using (station, logger, averaging_period, month)

)

select * from gaps
