{# A table that only this build's models read, and that can be made again at any time: unlogged, made anew each time. With
   `slice_by`, a column that readings' times come through, it is filled chunk by chunk of raw.reading, in the order of its
   index: the groups of a month stay in memory. #}
{% materialization working_set, adapter='postgres' %}

    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set indexes = config.get('indexes', []) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- do run_query("set local work_mem = '128MB'") -%}
    {%- do run_query('drop table if exists ' ~ target_relation) -%}
    {% call statement('main') -%}
        {%- if config.get('slice_by') -%}
            {{ filled_by_chunks(target_relation, sql, config.get('slice_by'), indexes[0]['columns']) }}
        {%- else -%}
            create unlogged table {{ target_relation }} as
            {{ sql }}
        {%- endif -%}
    {%- endcall %}
    {%- do create_indexes(target_relation) -%}
    {%- do count_looked_up_by(target_relation) -%}
    {%- do run_query('analyze ' ~ target_relation) -%}
    {%- do persist_docs(target_relation, model) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}


{% macro filled_by_chunks(target, sql, slice_by, order_by) %}
    create unlogged table {{ target }} as
    {{ get_limit_subquery_sql(sql, 0) }};

    do $fill$
    declare
        chunk record;
    begin
        for chunk in
            select range_start, range_end from timescaledb_information.chunks
            where hypertable_schema = 'raw' and hypertable_name = 'reading'
            order by range_start
        loop
            insert into {{ target }}
            select * from (
                {{ sql }}
            ) as slice
            where slice.{{ slice_by }} >= chunk.range_start and slice.{{ slice_by }} < chunk.range_end
            order by {{ order_by | join(', ') }};
        end loop;
    end
    $fill$
{% endmacro %}
