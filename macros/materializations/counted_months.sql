{# The gap ledger: a table of which only the months that `stale_months` names are counted anew; what is counted takes the place of
   what stood there, in one transaction, and what it was made of goes to ops.counted_month. #}
{% materialization counted_months, adapter='postgres' %}

    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set is_new = load_cached_relation(this) is none -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% call statement('stale') -%}
        create table if not exists {{ target_relation }} (
            station text not null, measurement_point text not null, statistic text not null, month date not null,
            cause text not null, slots integer not null,
            primary key (station, measurement_point, statistic, month, cause)
        );
        create temporary table stale on commit drop as
        select * from {{ this.schema }}.stale_months;
        analyze stale;
    {%- endcall %}
    {%- if run_query('select count(*) from stale').rows[0][0] == 0 -%}
        {%- call noop_statement('main', 'NOTHING STALE', 'NOTHING STALE', 0) -%}
            {{ sql }}
        {%- endcall -%}
    {%- else -%}
        {% call statement('main') -%}
            create temporary table counted on commit drop as
            {{ sql }}
        {%- endcall %}
        {% call statement('taking_the_place') -%}
            delete from {{ target_relation }} as before
            using stale
            where before.station = stale.station
                and before.measurement_point = stale.measurement_point
                and before.month = stale.month;

            insert into {{ target_relation }} (station, measurement_point, statistic, month, cause, slots)
            select station, measurement_point, statistic, month, cause, slots from counted;

            delete from ops.counted_month as before
            using stale
            where before.station = stale.station
                and before.measurement_point = stale.measurement_point
                and before.month = stale.month;

            insert into ops.counted_month (station, measurement_point, month, made_of)
            select station, measurement_point, month, made_of from stale where made_of is not null;

            insert into ops.seen_change (model, station, made_of, snapshot, cluster)
            select {{ literal(this.identifier) }}, station, '', min(snapshot)::pg_snapshot, ops.cluster() from stale group by station
            on conflict (model, station) do update
            set snapshot = excluded.snapshot, cluster = excluded.cluster, seen_at = clock_timestamp();

            analyze {{ target_relation }};
        {%- endcall %}
    {%- endif -%}

    {%- if is_new or not run_query(
        'select ops.is_recorded(' ~ literal(this.schema) ~ ', ' ~ literal(this.identifier) ~ ', ' ~ literal(made_of('')) ~ ')'
    ).rows[0][0] -%}
        {%- do describe(target_relation) -%}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}
