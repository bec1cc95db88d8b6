{# A quality rule: a table of periods that is judged anew only where `stale_periods` says so. What the rule finds within these
   times takes the place of what it had found there, in one transaction. The work is done by ops.judge
   (database/migrations/versions/0012_judging.up.sql). #}
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
        {%- do run_query(
            'select ops.judge(' ~ literal(this.schema) ~ ', ' ~ literal(this.identifier) ~ ", 'pg_temp.found', 'pg_temp.stale')"
        ) -%}
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

