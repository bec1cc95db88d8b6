-- What each rule must judge anew at this build: the time that a change touched since the rule last looked, and as far around it
-- as the change can bear on the rule. All of a station where the rule or its parameters are others, or it has never looked.
with

rules as (

    select *
    from (values {{ rules_of_the_project() }}) as listed (rule, made_of, reach, looks_at, heeds)

),

channels as (

    select distinct channel_id, station, averaging_period from {{ ref('channel_settings') }}

),

-- a change that begins or ends off the grid bears on readings that begin up to their averaging period before it
stations as (

    select
        stations.station,
        coalesce(max(channels.averaging_period), '0') as longest_averaging
    from {{ ref('stg_task43__stations') }} as stations
    left join channels using (station)
    group by stations.station

),

-- a rule that is off for all of a station is wanted with nothing, so that what it found goes
wanted as (

    select
        rules.rule,
        stations.station,
        stations.longest_averaging,
        rules.reach,
        rules.looks_at,
        md5(concat_ws(
            '|', rules.made_of,
            string_agg(
                concat_ws(
                    ',', nullif(parameters.rule, rules.rule), parameters.measurement_point, parameters.statistic,
                    parameters.parameter, parameters.value
                ), ';'
                order by parameters.rule, parameters.measurement_point, parameters.statistic, parameters.parameter
            ) filter (where parameters.mode <> 'off' and parameters.parameter <> 'mode')
        )) as made_of
    from rules
    cross join stations
    left join {{ ref('rule_parameters') }} as parameters
        on stations.station = parameters.station
        and parameters.rule in (rules.rule, rules.heeds)
    group by rules.rule, stations.station, stations.longest_averaging, rules.reach, rules.looks_at, rules.made_of

),

seen as (

    select * from {{ ref('stg_ops__seen_changes') }}

),

looked as (

    select
        wanted.rule,
        wanted.station,
        wanted.longest_averaging,
        wanted.reach,
        wanted.looks_at,
        wanted.made_of,
        seen.snapshot
    from wanted
    left join seen
        on wanted.rule = seen.model and wanted.station = seen.station and wanted.made_of = seen.made_of

),

changes as (

    select
        snapshots.snapshot,
        coalesce(changed.station, channels.station) as station,
        changed.cause,
        changed.date_from,
        changed.date_to
    from (select distinct snapshot from looked where snapshot is not null) as snapshots
    inner join {{ ref('stg_ops__changed_spans') }} as changed
        on changed.transaction >= pg_snapshot_xmin(snapshots.snapshot::pg_snapshot)
        and not pg_visible_in_snapshot(changed.transaction, snapshots.snapshot::pg_snapshot)
    left join channels on changed.station is null and changed.channel_id = channels.channel_id
    where changed.cause in ('load', 'flag', 'metadata')

),

touched as (

    select
        looked.rule,
        looked.station,
        looked.reach,
        looked.looks_at,
        looked.made_of,
        looked.longest_averaging,
        -- a load says where its readings begin and end; people's periods begin and end as they please
        changes.date_from
        - case when changes.cause = 'load' then interval '0' else looked.longest_averaging end as date_from,
        changes.date_to
        + case when changes.cause = 'load' then interval '0' else looked.longest_averaging end as date_to
    from looked
    inner join changes
        on looked.snapshot = changes.snapshot
        and looked.station = coalesce(changes.station, looked.station)
    union all
    select
        rule,
        station,
        reach,
        looks_at,
        made_of,
        longest_averaging,
        '-infinity' as date_from,
        'infinity' as date_to
    from looked
    where snapshot is null

),

reached as (

    select
        rule,
        station,
        reach,
        looks_at,
        made_of,
        longest_averaging,
        range_agg(tstzrange(date_from - reach, date_to + reach)) as periods
    from touched
    group by rule, station, reach, looks_at, made_of, longest_averaging

),

stale as (

    select
        reached.rule,
        reached.station,
        reached.made_of,
        reached.reach,
        reached.looks_at,
        reached.longest_averaging,
        -- what came since the build began may be missing in what was made before this, so it is judged once more at the next
        coalesce(
            nullif(current_setting('stationmanager.build_began_at', true), ''), pg_current_snapshot()::text
        ) as snapshot,
        coalesce(lower(period.bounds), '-infinity') as date_from,
        coalesce(upper(period.bounds), 'infinity') as date_to
    from reached
    cross join lateral unnest(reached.periods) as period (bounds)

)

select * from stale
