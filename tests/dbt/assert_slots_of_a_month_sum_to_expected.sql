-- Harm: a gap without a cause, or a slot that counts twice, makes recovery rates wrong, and nobody would see it.
-- What is expected is reckoned anew from the metadata, in seconds, and not from the pieces that the ledger counts. Not for points
-- whose averaging period changed: which slots these had, their channels alone tell.
with

columns as (

    select * from {{ ref('logger_columns') }} where statistic <> 'text'

),

settings as (

    select * from {{ ref('channel_settings') }}

),

ledger as (

    select station, measurement_point, statistic, month, sum(slots) as slots
    from {{ ref('gap_ledger') }}
    group by station, measurement_point, statistic, month

),

clocks as (

    select station, coalesce(utc_offset, interval '0') as utc_offset from {{ ref('measurement_stations') }}

),

claimed as (

    select station, channel_id, averaging_period, min(date_from) as date_from, max(date_to) as date_to
    from settings
    group by station, channel_id, averaging_period

),

written as (

    select
        claimed.station,
        min(first_one.timestamp) as date_from,
        max(last_one.timestamp + claimed.averaging_period) as date_to
    from claimed
    cross join
        lateral (
            select readings.timestamp
            from {{ source('raw', 'reading') }} as readings
            where
                readings.channel_id = claimed.channel_id
                and readings.timestamp >= claimed.date_from
                and readings.timestamp < claimed.date_to
            order by readings.timestamp
            limit 1
        ) as first_one
    cross join
        lateral (
            select readings.timestamp
            from {{ source('raw', 'reading') }} as readings
            where
                readings.channel_id = claimed.channel_id
                and readings.timestamp >= claimed.date_from
                and readings.timestamp < claimed.date_to
            order by readings.timestamp desc
            limit 1
        ) as last_one
    group by claimed.station

),

records as (

    select
        written.station,
        clocks.utc_offset,
        coalesce(min(columns.date_from) filter (where columns.date_from > '-infinity'), written.date_from) as date_from,
        written.date_to
    from written
    inner join clocks using (station)
    inner join columns using (station)
    group by written.station, clocks.utc_offset, written.date_from, written.date_to

),

steady as (

    select
        columns.station,
        columns.measurement_point,
        columns.statistic,
        min(coalesce(columns.averaging_period, others.averaging_period)) as averaging_period
    from columns
    inner join settings as others on metadata.same_serial(columns.logger) = metadata.same_serial(others.logger)
    group by columns.station, columns.measurement_point, columns.statistic
    having count(distinct coalesce(columns.averaging_period, others.averaging_period)) = 1

),

configured as (

    select station, measurement_point, statistic, range_agg(tstzrange(date_from, date_to)) as periods
    from columns
    group by station, measurement_point, statistic

),

by_month as (

    select
        configured.station,
        configured.measurement_point,
        configured.statistic,
        months.begins_at::date as month,
        extract(epoch from steady.averaging_period) as step,
        extract(epoch from timestamptz '2000-01-01 00:00+00' - records.utc_offset) as origin,
        extract(epoch from lower(part.bounds)) as first_second,
        extract(epoch from least(
            upper(part.bounds), records.date_to - steady.averaging_period + interval '1 microsecond'
        )) as end_second
    from configured
    inner join steady using (station, measurement_point, statistic)
    inner join records using (station)
    cross join
        lateral generate_series(
            date_trunc('month', records.date_from at time zone 'UTC' + records.utc_offset),
            records.date_to at time zone 'UTC' + records.utc_offset,
            interval '1 month'
        ) as months (begins_at)
    cross join lateral unnest(
        configured.periods
        * tstzmultirange(tstzrange(records.date_from, records.date_to))
        * tstzmultirange(tstzrange(
            (months.begins_at - records.utc_offset) at time zone 'UTC',
            (months.begins_at + interval '1 month' - records.utc_offset) at time zone 'UTC'
        ))
    ) as part (bounds)

),

expected as (

    select
        station,
        measurement_point,
        statistic,
        month,
        sum(greatest(ceil((end_second - origin) / step) - ceil((first_second - origin) / step), 0)) as slots
    from by_month
    group by station, measurement_point, statistic, month

)

select
    station,
    measurement_point,
    statistic,
    month,
    expected.slots as expected_slots,
    ledger.slots as ledger_slots
from expected
full join ledger using (station, measurement_point, statistic, month)
inner join steady using (station, measurement_point, statistic)
where coalesce(expected.slots, 0) <> coalesce(ledger.slots, 0)
