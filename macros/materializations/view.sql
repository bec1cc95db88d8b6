{# Views that change without hurting their readers; an unchanged one is left alone. The work is done by ops.replace_view
   (database/migrations/versions/0002_dbt_beside_readers.up.sql); dbt's own renames and drops with cascade. #}
{% materialization view, adapter='postgres' %}

    {%- set target_relation = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif -%}

    {% call statement('main', fetch_result=True) -%}
        select ops.replace_view(
            {{ literal(this.schema) }},
            {{ literal(this.identifier) }},
            {{ literal(sql) }},
            {{ literal(made_of(sql)) }},
            interval '{{ var("lock_patience_s") }} seconds',
            {{ should_full_refresh() }}
        ) as outcome
    {%- endcall %}

    {%- if load_result('main').table.columns['outcome'].values()[0] != 'unchanged' -%}
        {%- do apply_grants(target_relation, config.get('grants'), should_revoke=True) -%}
        {%- do persist_docs(target_relation, model) -%}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}
