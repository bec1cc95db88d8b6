-- A flag or certificate takes effect without a run of dbt: of each table dbt leaves behind the SQL that its rows are made by.

alter table ops.dbt_relation add column rows_sql text;
comment on column ops.dbt_relation.rows_sql is 'Of a table: the query that gives its rows, as dbt compiled it last.';

-- Makes a table's rows anew by the query that dbt left, and writes them where they differ. Answers unchanged or replaced, or
-- null where dbt left none.
create function ops.refresh(schema_name text, table_name text) returns text
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

comment on function ops.refresh is 'Brings one table of dbt''s up to date with what it is made from, without dbt.';
revoke execute on function ops.refresh from public;
grant execute on function ops.refresh to transformer;

-- a build is complete or it is not: what a flag bears on is judged anew like after any other change
alter table ops.build drop column changes_by_flags;
