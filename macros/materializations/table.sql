{# Tables whose rows are exchanged in one transaction, and only where they differ: readers never wait, and views on the
   table stay. The work is done by ops.replace_table (database/migrations/versions/0002_dbt_beside_readers.up.sql). The query
   of the rows is left in the database, for ops.refresh (0015_beside_builds.up.sql there). #}
{% materialization table, adapter='postgres' %}

    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set contract_enforced = config.get('contract').enforced -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if contract_enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif -%}

    {#- before the query begins to look: a flag may be put into effect meanwhile (ops.refresh) -#}
    {%- call statement('hold') -%}
        select ops.hold({{ literal(this.schema) }}, {{ literal(this.identifier) }})
    {%- endcall -%}

    {%- set rows_sql = get_select_subquery(sql) if contract_enforced else sql -%}
    {% call statement('main') -%}
        create temporary table new_rows on commit drop as
        {{ rows_sql }}
    {%- endcall %}

    {%- set layout = get_table_columns_and_constraints() if contract_enforced else '(like pg_temp.new_rows)' -%}
    {%- do exchange_rows(target_relation, layout) -%}
    {%- do leave_query(rows_sql) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}


{# Gives the relation the rows of pg_temp.new_rows, and what belongs to a table that was made anew. #}
{% macro exchange_rows(target_relation, layout) %}

    {%- set creation = 'create table ' ~ target_relation.include(database=False) ~ ' ' ~ layout -%}
    {%- call statement('exchange', fetch_result=True) -%}
        select
            ops.replace_table(
                {{ literal(this.schema) }},
                {{ literal(this.identifier) }},
                'pg_temp.new_rows',
                {{ literal(creation) }},
                interval '{{ var("lock_patience_s") }} seconds',
                {{ should_full_refresh() }}
            ) as outcome,
            ops.is_recorded(
                {{ literal(this.schema) }}, {{ literal(this.identifier) }}, {{ literal(made_of('')) }}
            ) as is_described
    {%- endcall -%}
    {%- set answer = load_result('exchange').table.rows[0] -%}

    {%- if answer['outcome'] in ('created', 'recreated') -%}
        {%- do create_indexes(target_relation) -%}
    {%- endif -%}
    {%- if answer['outcome'] in ('created', 'recreated') or not answer['is_described'] -%}
        {%- do describe(target_relation) -%}
    {%- endif -%}
    {%- if count_looked_up_by(target_relation) -%}
        {%- do run_query('analyze ' ~ target_relation) -%}
    {%- endif -%}

{% endmacro %}


{# Grants and descriptions, and on record what the table is made of, so that the next build knows that they stand. #}
{% macro describe(target_relation) %}

    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=True) -%}
    {%- do persist_docs(target_relation, model) -%}
    {%- do run_query(
        'select ops.record(' ~ literal(this.schema) ~ ', ' ~ literal(this.identifier) ~ ', ' ~ literal(made_of('')) ~ ')'
    ) -%}

{% endmacro %}


{# Leaves the query of the table's rows; without the database's name, so that it holds in a copy. #}
{% macro leave_query(rows_sql) %}

    {%- set query = literal(rows_sql | replace('"' ~ this.database ~ '".', '')) -%}
    {%- call statement('leave_query') -%}
        update ops.dbt_relation
        set rows_sql = {{ query }}
        where schema_name = {{ literal(this.schema) }}
            and relation_name = {{ literal(this.identifier) }}
            and rows_sql is distinct from {{ query }}
    {%- endcall -%}

{% endmacro %}
