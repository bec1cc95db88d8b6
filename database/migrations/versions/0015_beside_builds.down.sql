create or replace function ops.refresh(schema_name text, table_name text) returns text
language plpgsql
as $$
declare
    rows_sql constant text := (
        select recorded.rows_sql from ops.dbt_relation as recorded
        where recorded.schema_name = refresh.schema_name and recorded.relation_name = refresh.table_name
    );
    outcome text;
begin
    if rows_sql is null then
        return null;
    end if;
    execute 'create temporary table new_rows on commit drop as ' || rows_sql;
    outcome := ops.replace_table(
        schema_name, table_name, to_regclass('pg_temp.new_rows'),
        format('create table %I.%I (like pg_temp.new_rows)', schema_name, table_name), interval '30 seconds', false
    );
    drop table new_rows;
    return outcome;
end;
$$;
drop function ops.hold;
