-- Who serves the slots that are expected: the pieces of channel_periods, and columns that the metadata name and no file has
-- brought yet, cut to the station's record and to months of its clock. Bounds are slots, so that all that follows is counting.
with

columns as (

    select * from {{ ref('logger_columns') }} where statistic <> 'text'

),

periods as (

    select * from {{ ref('channel_periods') }} where statistic <> 'text'

),

channels as (

    select * from {{ ref('stg_raw__channels') }}

),

records as (

    select * from {{ ref('station_records') }}

),

served as (

    select
        station,
        measurement_point,
        statistic,
        range_agg(tstzrange(date_from, date_to)) as periods
    from periods
    group by station, measurement_point, statistic

),

-- a column that nothing has come of yet has the period of its logger's other columns
cadences as (

    select
        metadata.same_serial(logger) as logger,
        min(averaging_period) as averaging_period
    from channels
    group by metadata.same_serial(logger)

),

pieces as (

    select
        periods.station,
        periods.measurement_point,
        periods.statistic,
        periods.channel_id,
        metadata.same_serial(channels.logger) as logger,
        periods.averaging_period,
        periods.date_from,
        periods.date_to,
        case
            when periods.excluded_by is null then 'valid'
            when periods.excluded_source = 'rule' then 'rule: ' || periods.excluded_by
            else 'erroneous_period: ' || periods.excluded_by
        end as cause
    from periods
    inner join channels using (channel_id)
    where periods.averaging_period > interval '0'
    union
    select
        columns.station,
        columns.measurement_point,
        columns.statistic,
        null as channel_id,
        metadata.same_serial(columns.logger) as logger,
        coalesce(columns.averaging_period, cadences.averaging_period) as averaging_period,
        coalesce(lower(unserved.bounds), '-infinity') as date_from,
        coalesce(upper(unserved.bounds), 'infinity') as date_to,
        'valid' as cause
    from columns
    left join served using (station, measurement_point, statistic)
    left join cadences on metadata.same_serial(columns.logger) = cadences.logger
    cross join
        lateral unnest(
            tstzmultirange(tstzrange(columns.date_from, columns.date_to)) - coalesce(served.periods, '{}')
        ) as unserved (bounds)
    where coalesce(columns.averaging_period, cadences.averaging_period) > interval '0'

),

cut as (

    select
        pieces.station,
        pieces.measurement_point,
        pieces.statistic,
        months.begins_at::date as month,
        pieces.channel_id,
        pieces.logger,
        pieces.averaging_period,
        {{ slot_at("greatest(pieces.date_from, records.date_from, (months.begins_at - records.utc_offset) at time zone 'UTC')",
            'pieces.averaging_period', 'records.utc_offset') }} as date_from,
        -- a slot that has not ended with the last reading is not due
        {{ slot_at("least(
            pieces.date_to,
            (months.begins_at + interval '1 month' - records.utc_offset) at time zone 'UTC',
            records.date_to - pieces.averaging_period + interval '1 microsecond'
        )", 'pieces.averaging_period', 'records.utc_offset') }} as date_to,
        pieces.cause,
        records.utc_offset
    from pieces
    inner join records
        on pieces.station = records.station
        and pieces.date_from < records.date_to
        and pieces.date_to > records.date_from
    cross join lateral generate_series(
        date_trunc('month', greatest(pieces.date_from, records.date_from) at time zone 'UTC' + records.utc_offset),
        least(pieces.date_to, records.date_to) at time zone 'UTC' + records.utc_offset,
        interval '1 month'
    ) as months (begins_at)

)

select
    *,
    {{ slots_between('date_from', 'date_to', 'averaging_period') }} as slots
from cut
where date_from < date_to
