{# A quality rule: a table of periods that is judged anew only where `stale_periods` says so. What the rule finds within these
   times takes the place of what it had found there; periods that touch are one. So the table is the same as if all had been
   judged at once, as long as a judgement looks no further than the rule's `reach`. The spans where something changed go to
   ops.changed_span, and what was seen to ops.seen_change, in the same transaction. #}
{% materialization periods, adapter='postgres' %}

    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set is_new = load_cached_relation(this) is none -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% call statement('stale') -%}
        create table if not exists {{ target_relation }} (
            station text not null, measurement_point text not null, statistic text,
            date_from timestamptz not null, date_to timestamptz not null, parameter text
        );
        create temporary table stale on commit drop as
        select station, made_of, snapshot, range_agg(tstzrange(date_from, date_to)) as periods
        from {{ this.schema }}.stale_periods
        where rule = {{ literal(this.identifier) }}
        group by station, made_of, snapshot
    {%- endcall %}
    {%- if run_query('select count(*) from stale').rows[0][0] == 0 -%}
        {%- call noop_statement('main', 'NOTHING STALE', 'NOTHING STALE', 0) -%}
            {{ sql }}
        {%- endcall -%}
    {%- else -%}
        {% call statement('main') -%}
            create temporary table found on commit drop as
            {{ sql }}
        {%- endcall %}
        {%- do run_query(judged(target_relation)) -%}
    {%- endif -%}

    {%- if is_new or not run_query(
        'select ops.is_recorded(' ~ literal(this.schema) ~ ', ' ~ literal(this.identifier) ~ ', ' ~ literal(made_of('')) ~ ')'
    ).rows[0][0] -%}
        {%- do apply_grants(target_relation, config.get('grants'), should_revoke=True) -%}
        {%- do persist_docs(target_relation, model) -%}
        {%- do run_query(
            'select ops.record(' ~ literal(this.schema) ~ ', ' ~ literal(this.identifier) ~ ', ' ~ literal(made_of('')) ~ ')'
        ) -%}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}


{# Puts what was found (pg_temp.found) in the place of what stood in the stale time (pg_temp.stale). #}
{% macro judged(target) %}
    create temporary table merged on commit drop as
    with

    before as (

        select
            target.station,
            target.measurement_point,
            target.statistic,
            target.parameter,
            range_agg(tstzrange(target.date_from, target.date_to)) as periods
        from {{ target }} as target
        inner join stale using (station)
        group by target.station, target.measurement_point, target.statistic, target.parameter

    ),

    now as (

        select
            found.station,
            found.measurement_point,
            found.statistic,
            found.parameter,
            range_agg(tstzrange(found.date_from, found.date_to)) * stale.periods as periods
        from found
        inner join stale using (station)
        group by found.station, found.measurement_point, found.statistic, found.parameter, stale.periods

    )

    select
        coalesce(before.station, now.station) as station,
        coalesce(before.measurement_point, now.measurement_point) as measurement_point,
        coalesce(before.statistic, now.statistic) as statistic,
        coalesce(before.parameter, now.parameter) as parameter,
        coalesce(before.periods, '{}') as before,
        coalesce(before.periods, '{}') - stale.periods + coalesce(now.periods, '{}') as now
    from before
    full join now
        on before.station = now.station
        and before.measurement_point = now.measurement_point
        and coalesce(before.statistic, '') = coalesce(now.statistic, '')
        and coalesce(before.parameter, '') = coalesce(now.parameter, '')
    inner join stale on coalesce(before.station, now.station) = stale.station;

    delete from merged where before = now;

    delete from {{ target }} as target
    using merged
    where
        target.station = merged.station
        and target.measurement_point = merged.measurement_point
        and target.statistic is not distinct from merged.statistic
        and target.parameter is not distinct from merged.parameter;

    insert into {{ target }} (station, measurement_point, statistic, date_from, date_to, parameter)
    select station, measurement_point, statistic, lower(period.bounds), upper(period.bounds), parameter
    from merged
    cross join lateral unnest(now) as period (bounds);

    insert into ops.changed_span (station, date_from, date_to, cause)
    select changed.station, lower(period.bounds), upper(period.bounds), 'judged'
    from (
        select station, range_agg(multirange) as periods
        from merged
        cross join lateral (values (before - now), (now - before)) as difference (multirange)
        group by station
    ) as changed
    cross join lateral unnest(changed.periods) as period (bounds);

    insert into ops.seen_change (model, station, made_of, snapshot, cluster)
    select {{ literal(this.identifier) }}, station, made_of, snapshot::pg_snapshot, ops.cluster()
    from stale
    on conflict (model, station) do update
    set made_of = excluded.made_of, snapshot = excluded.snapshot, cluster = excluded.cluster, seen_at = clock_timestamp();

    analyze {{ target }}
{% endmacro %}
