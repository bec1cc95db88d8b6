-- What the gap ledger must count anew at this build: months of a measurement point whose pieces are others than those that were
-- counted, and months of a station whose readings or files changed since. Months that are no more come too, without a digest.
{{ config(materialized='working_set', indexes=[{'columns': ['station', 'measurement_point', 'month'], 'unique': true}]) }}

with

pieces as (

    select * from {{ ref('serving_pieces') }}

),

channels as (

    select distinct channel_id, station from {{ ref('channel_settings') }}

),

seen as (

    select * from {{ ref('stg_ops__seen_changes') }} where model = 'gap_ledger'

),

counted as (

    select * from {{ ref('stg_ops__counted_months') }}

),

current as (

    select
        station,
        measurement_point,
        month,
        min(date_from) as date_from,
        max(date_to) as date_to,
        md5('{{ ledger_digest() }}' || string_agg(
            concat_ws(
                ',', statistic, coalesce(channel_id, 0), logger, averaging_period, date_from at time zone 'UTC',
                date_to at time zone 'UTC', utc_offset, cause
            ),
            ';' order by statistic, channel_id, logger, averaging_period, date_from, cause
        )) as made_of
    from pieces
    group by station, measurement_point, month

),

changes as (

    select
        coalesce(changed.station, channels.station) as station,
        range_agg(tstzrange(changed.date_from, changed.date_to)) as periods
    from {{ ref('stg_ops__changed_spans') }} as changed
    left join channels on changed.station is null and changed.channel_id = channels.channel_id
    inner join seen on coalesce(changed.station, channels.station) = seen.station
    where
        changed.cause = 'load'
        and changed.transaction >= pg_snapshot_xmin(seen.snapshot::pg_snapshot)
        and not pg_visible_in_snapshot(changed.transaction, seen.snapshot::pg_snapshot)
    group by coalesce(changed.station, channels.station)

),

stale as (

    select
        coalesce(current.station, counted.station) as station,
        coalesce(current.measurement_point, counted.measurement_point) as measurement_point,
        coalesce(current.month, counted.month) as month,
        current.made_of,
        pg_current_snapshot()::text as snapshot
    from current
    full join counted using (station, measurement_point, month)
    left join seen on current.station = seen.station
    left join changes on current.station = changes.station
    where
        current.made_of is distinct from counted.made_of
        or seen.station is null
        or changes.periods && tstzrange(current.date_from, current.date_to)

)

select * from stale
