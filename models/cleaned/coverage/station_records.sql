-- From when to when slots of a station are expected: from the first date that its metadata have to the last reading of any
-- column that they name. No clock of ours is in it: what is due and has not come is another matter.
with

columns as (

    select * from {{ ref('logger_columns') }} where statistic <> 'text'

),

periods as (

    select * from {{ ref('channel_periods') }} where statistic <> 'text'

),

clocks as (

    select station, coalesce(utc_offset, interval '0') as utc_offset from {{ ref('measurement_stations') }}

),

claims as (

    select
        station,
        channel_id,
        averaging_period,
        min(date_from) as date_from,
        max(date_to) as date_to
    from periods
    group by station, channel_id, averaging_period

),

written as (

    select
        claims.station,
        min(first_one.timestamp) as date_from,
        max(last_one.timestamp + claims.averaging_period) as date_to
    from claims
    cross join
        lateral (
            select readings.timestamp
            from {{ source('raw', 'reading') }} as readings
            where
                readings.channel_id = claims.channel_id
                and readings.timestamp >= claims.date_from
                and readings.timestamp < claims.date_to
            order by readings.timestamp
            limit 1
        ) as first_one
    cross join
        lateral (
            select readings.timestamp
            from {{ source('raw', 'reading') }} as readings
            where
                readings.channel_id = claims.channel_id
                and readings.timestamp >= claims.date_from
                and readings.timestamp < claims.date_to
            order by readings.timestamp desc
            limit 1
        ) as last_one
    group by claims.station

),

-- a station of whose columns none has a date began with its first reading
records as (

    select
        written.station,
        clocks.utc_offset,
        coalesce(
            min(columns.date_from) filter (where columns.date_from > '-infinity'), written.date_from
        ) as date_from,
        written.date_to
    from written
    inner join clocks using (station)
    inner join columns using (station)
    group by written.station, clocks.utc_offset, written.date_from, written.date_to

)

select * from records
