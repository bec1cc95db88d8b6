-- A flag or certificate takes effect while a build runs, too: who makes a table's rows holds the table before the query begins
-- to look, so that nobody writes what was seen before the other's change.

create function ops.hold(schema_name text, table_name text) returns void
language sql
as $$
    select pg_advisory_xact_lock(hashtext('ops.replace'), hashtext(format('%I.%I', schema_name, table_name)))
$$;

comment on function ops.hold is 'Waits until no other transaction makes rows of a table, and keeps others from it to the end of this one.';
revoke execute on function ops.hold from public;
grant execute on function ops.hold to transformer;

create or replace function ops.refresh(schema_name text, table_name text) returns text
language plpgsql
as $$
declare
    rows_sql text;
    outcome text;
begin
    perform ops.hold(schema_name, table_name);
    select recorded.rows_sql into rows_sql
    from ops.dbt_relation as recorded
    where recorded.schema_name = refresh.schema_name and recorded.relation_name = refresh.table_name;
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
