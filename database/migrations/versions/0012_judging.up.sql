-- What a quality rule finds in the time that it judged anew takes the place of what it had found there. Periods that touch are
-- one, so the rule's table is the same as if all had been judged at once, as long as judging looks no further than its reach.
--
-- findings: station, measurement_point, statistic, date_from, date_to, parameter; may reach beyond the time that was judged.
-- stale: station, made_of, snapshot, periods: what was judged, as one multirange a station.
-- Where anything changed goes to ops.changed_span, and what was seen to ops.seen_change. Answers how many periods changed.
create function ops.judge(schema_name text, rule text, findings regclass, stale regclass) returns bigint
language plpgsql
as $$
declare
    name constant text := format('%I.%I', schema_name, rule);
    periods bigint;
begin
    execute format($sql$
        create temporary table merged on commit drop as
        with
        before as (
            select
                target.station, target.measurement_point, target.statistic, target.parameter,
                range_agg(tstzrange(target.date_from, target.date_to)) as periods
            from %1$s as target
            inner join %3$s using (station)
            group by target.station, target.measurement_point, target.statistic, target.parameter
        ),
        now as (
            select
                found.station, found.measurement_point, found.statistic, found.parameter,
                range_agg(tstzrange(found.date_from, found.date_to)) as periods
            from %2$s as found
            inner join %3$s using (station)
            group by found.station, found.measurement_point, found.statistic, found.parameter
        )
        select
            coalesce(before.station, now.station) as station,
            coalesce(before.measurement_point, now.measurement_point) as measurement_point,
            coalesce(before.statistic, now.statistic) as statistic,
            coalesce(before.parameter, now.parameter) as parameter,
            coalesce(before.periods, '{}') as before,
            coalesce(before.periods, '{}') - stale.periods + coalesce(now.periods, '{}') * stale.periods as now
        from before
        full join now
            on before.station = now.station
            and before.measurement_point = now.measurement_point
            and coalesce(before.statistic, '') = coalesce(now.statistic, '')
            and coalesce(before.parameter, '') = coalesce(now.parameter, '')
        inner join %3$s as stale on coalesce(before.station, now.station) = stale.station
    $sql$, name, findings, stale);
    delete from merged where before = now;

    execute format($sql$
        delete from %1$s as target
        using merged
        where target.station = merged.station
            and target.measurement_point = merged.measurement_point
            and target.statistic is not distinct from merged.statistic
            and target.parameter is not distinct from merged.parameter
    $sql$, name);
    execute format($sql$
        insert into %1$s (station, measurement_point, statistic, date_from, date_to, parameter)
        select station, measurement_point, statistic, lower(period.bounds), upper(period.bounds), parameter
        from merged
        cross join lateral unnest(now) as period (bounds)
    $sql$, name);
    get diagnostics periods = row_count;

    insert into ops.changed_span (station, date_from, date_to, cause)
    select changed.station, lower(period.bounds), upper(period.bounds), 'judged'
    from (
        select merged.station, range_agg(difference.periods) as periods
        from merged
        cross join lateral (values (merged.before - merged.now), (merged.now - merged.before)) as difference (periods)
        group by merged.station
    ) as changed
    cross join lateral unnest(changed.periods) as period (bounds);

    execute format($sql$
        insert into ops.seen_change (model, station, made_of, snapshot, cluster)
        select %2$L, station, made_of, snapshot::pg_snapshot, ops.cluster()
        from %1$s
        on conflict (model, station) do update
        set made_of = excluded.made_of, snapshot = excluded.snapshot, cluster = excluded.cluster, seen_at = clock_timestamp()
    $sql$, stale, rule);
    drop table merged;
    -- the planner must not judge by what was there before
    execute format('analyze %s', name);
    return periods;
end;
$$;

comment on function ops.judge is 'Puts what a quality rule found in the place of what it had found where it judged anew.';
revoke execute on function ops.judge from public;
grant execute on function ops.judge to transformer;
