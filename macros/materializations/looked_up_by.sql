{# Has the planner count in how many rows the columns differ that readings are looked up by, `meta.looked_up_by` of the
   model; returns whether it has to look at the table for that (`analyze`). It knows each column by itself, and of several
   takes a tenth of the rows to differ: so it would keep the readings of every period for a second look that never comes,
   and the last week of a mast takes twice as long. #}
{% macro count_looked_up_by(target_relation) %}

    {%- set columns = config.get('meta', {}).get('looked_up_by', []) -%}
    {%- set table = target_relation.include(database=False) -%}
    {%- set is_counted = 'select from pg_statistic_ext where stxrelid = ' ~ literal(table | string) ~ '::regclass' -%}
    {%- if not columns or run_query(is_counted).rows | length -%}
        {{- return(false) -}}
    {%- endif -%}
    {%- do run_query('create statistics (ndistinct) on ' ~ columns | join(', ') ~ ' from ' ~ table) -%}
    {{- return(true) -}}

{% endmacro %}
