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

records as (

    select * from {{ ref('station_records') }}

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
