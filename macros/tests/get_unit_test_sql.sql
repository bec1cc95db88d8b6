{# dbt compares what a unit test gets and expects bit by bit. Ours compares floating-point numbers to 9 decimals, so that
   0.1 + 0.2 is 0.3; everything else as dbt does. Overrides dbt's macro of the same name for this project alone. #}
{% macro postgres__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
    {%- set compared = [] -%}
    {%- set types = {} -%}
    {%- for column in get_column_schema_from_query(main_sql) -%}
        {%- do types.update({column.quoted: column.dtype}) -%}
    {%- endfor -%}
    {%- for name in expected_column_names -%}
        {%- set is_float = types[name] == 'FLOAT' -%}
        {%- do compared.append('round(' ~ name ~ '::numeric, 9)::double precision as ' ~ name if is_float else name) -%}
    {%- endfor -%}
    with

    actual_rows as (
        select {{ compared | join(', ') }} from ({{ main_sql }}) as actual_sql
    ),

    expected_rows as (
        select {{ compared | join(', ') }} from ({{ expected_fixture_sql }}) as expected_sql
    )

    select {{ expected_column_names | join(', ') }}, 'actual' as {{ adapter.quote('actual_or_expected') }}
    from actual_rows
    union all
    select {{ expected_column_names | join(', ') }}, 'expected' as {{ adapter.quote('actual_or_expected') }}
    from expected_rows
{%- endmacro %}
