{# Reference lists, exchanged like any table: dbt's own truncates, which makes readers wait, or drops with cascade. #}
{% materialization seed, adapter='postgres' %}

    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set rows_of_file = load_agate_table() -%}
    {%- do store_result('agate_table', response='OK', agate_table=rows_of_file) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set types = model.config.get('column_types', {}) -%}
    {%- set columns = [] -%}
    {%- for name in rows_of_file.column_names -%}
        {%- do columns.append(
            adapter.quote(name) ~ ' ' ~ types.get(name, adapter.convert_type(rows_of_file, loop.index0))
        ) -%}
    {%- endfor -%}
    {%- do run_query('create temporary table new_rows (' ~ columns | join(', ') ~ ') on commit drop') -%}
    {%- set inserted = insert_rows('pg_temp.new_rows', rows_of_file) -%}
    {% call noop_statement('main', 'INSERT ' ~ rows_of_file.rows | length, 'INSERT', rows_of_file.rows | length) %}
        {{ inserted }}
    {% endcall %}
    {%- do exchange_rows(target_relation, '(like pg_temp.new_rows)') -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}


{# Inserts the rows of a CSV file, as bound values; answers the statement. #}
{% macro insert_rows(relation, rows_of_file) %}

    {%- set values = [] -%}
    {%- set one_row = '(' ~ (['%s'] * rows_of_file.column_names | length) | join(', ') ~ ')' -%}
    {%- for row in rows_of_file.rows -%}
        {%- do values.extend(row) -%}
    {%- endfor -%}
    {%- set statement -%}
        insert into {{ relation }} values {{ ([one_row] * rows_of_file.rows | length) | join(', ') }}
    {%- endset -%}
    {%- do adapter.add_query(statement, bindings=values, abridge_sql_log=True) -%}
    {{ return(statement) }}

{% endmacro %}
