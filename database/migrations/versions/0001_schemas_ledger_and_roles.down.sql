-- Takes everything away again, also what dbt made on it; the roles only where no other database uses them.
drop schema exports cascade;
drop schema cleaned cascade;
drop schema staging cascade;
drop schema reference cascade;
drop schema metadata cascade;
drop schema raw cascade;
-- ops holds Alembic's own table, so its tables go one by one
drop table ops.build, ops.dbt_relation, ops.changed_span;

do $$
declare
    role_name text;
begin
    foreach role_name in array array['loader', 'transformer', 'exporter', 'analyst'] loop
        execute format('drop owned by %I', role_name);
        begin
            execute format('drop role %I', role_name);
        exception when dependent_objects_still_exist then
            raise notice 'role % is kept: another database of this server uses it', role_name;
        end;
    end loop;
    execute format('grant connect, temporary on database %I to public', current_database());
end $$;
