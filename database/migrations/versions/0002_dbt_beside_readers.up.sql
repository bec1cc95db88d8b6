-- dbt beside readers: a view or table changes in one transaction, with short waits for locks, and never by cascade.
-- All of it runs with the rights of the caller, dbt's role, which owns the relations.

-- Who must be waited for. With the owner's rights, since Postgres shows other roles' sessions to few.
create function ops.lock_holders(relations oid []) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
return (
    select string_agg(
        distinct format(
            'pid %s (%s, %s) since %s', pid, usename, coalesce(nullif(application_name, ''), 'no name'),
            coalesce(to_char(xact_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'), 'an unknown time')
        ), '; '
    )
    from pg_locks
    inner join pg_stat_activity using (pid)
    where pg_locks.relation = any(relations) and pg_locks.granted and pid <> pg_backend_pid()
);

-- All views that stand on a relation, with the longest way to it: the deepest goes first and comes back last.
create function ops.dependants(target oid) returns table (relation oid, depth integer)
language sql stable
begin atomic
    with recursive standing_on as (
        select pg_rewrite.ev_class as relation, 1 as depth
        from pg_depend
        inner join pg_rewrite on pg_depend.objid = pg_rewrite.oid
        where pg_depend.classid = 'pg_rewrite'::regclass
            and pg_depend.refclassid = 'pg_class'::regclass
            and pg_depend.refobjid = target
            and pg_rewrite.ev_class <> target
        union
        select pg_rewrite.ev_class, standing_on.depth + 1
        from standing_on
        inner join pg_depend on standing_on.relation = pg_depend.refobjid
        inner join pg_rewrite on pg_depend.objid = pg_rewrite.oid
        where pg_depend.classid = 'pg_rewrite'::regclass
            and pg_depend.refclassid = 'pg_class'::regclass
            and pg_rewrite.ev_class <> standing_on.relation
    )
    select relation, max(depth) from standing_on group by relation;
end;

create function ops.grantee_name(grantee oid) returns text
language sql stable
return case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end;

-- Statements that give a relation, made anew, what dropping it took: grants, and comments on it and its columns.
create function ops.restoring(target oid) returns text []
language sql stable
return (
    with relation as (
        select oid, relacl, relowner, relnamespace, oid::regclass::text as name,
            case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind
        from pg_class
        where oid = target
    ),

    statements as (
        select format('comment on %s %s is %L', kind, name, obj_description(oid, 'pg_class')) as statement
        from relation
        where obj_description(oid, 'pg_class') is not null
        union all
        select format('comment on column %s.%I is %L', name, attname, col_description(oid, attnum))
        from relation
        inner join pg_attribute on attrelid = oid
        where attnum > 0 and col_description(oid, attnum) is not null
        union all
        -- what a new relation gets by default may have been taken from this one
        select format('revoke all on %s from %s', name, ops.grantee_name(grantee))
        from relation
        inner join pg_default_acl on defaclnamespace = relnamespace and defaclrole = relowner and defaclobjtype = 'r'
        cross join aclexplode(defaclacl)
        where grantee <> relowner
        union all
        select format(
            'grant %s on %s to %s%s', privilege_type, name, ops.grantee_name(grantee),
            case when is_grantable then ' with grant option' else '' end
        )
        from relation
        cross join aclexplode(relacl)
        where grantee <> relowner
    )

    -- in this order: union all keeps it, and numbers keep it through the aggregate
    select coalesce(array_agg(statement order by number), '{}')
    from (select statement, row_number() over () as number from statements) as numbered
);

-- Runs a statement as soon as readers let it, waiting a fifth of a second at a time so that nobody queues behind it.
create function ops.run_patiently(statement text, target oid, patience interval) returns void
language plpgsql
as $$
declare
    deadline constant timestamptz := clock_timestamp() + patience;
    usual_timeout constant text := current_setting('lock_timeout');
begin
    loop
        begin
            perform set_config('lock_timeout', '200ms', true);
            execute statement;
            perform set_config('lock_timeout', usual_timeout, true);
            return;
        exception when lock_not_available then
            if clock_timestamp() > deadline then
                raise exception '% could not be changed within %: it is being read by %', target::regclass, patience, coalesce(
                    ops.lock_holders(array(select relation from ops.dependants(target) union select target)),
                    'sessions that come and go'
                ) using hint = 'Nothing was changed. Let that session finish, or end it with select pg_terminate_backend(pid), then build again.';
            end if;
        end;
        perform pg_sleep(0.3);
    end loop;
end;
$$;

-- Drops a relation with all views on it, runs `creation`, and makes those views again as they were. All or nothing, unless
-- `may_drop`: then views of dbt's that would not work any more stay away, until their own models make them anew.
create function ops.recreate(target oid, creation text, may_drop boolean) returns void
language plpgsql
as $$
declare
    name constant text := target::regclass::text;
    kind constant text := (select case relkind when 'v' then 'view' else 'table' end from pg_class where oid = target);
    own constant text [] := ops.restoring(target);
    views constant oid [] := array(select relation from ops.dependants(target) order by depth);
    names constant text [] := array(select view::regclass::text from unnest(views) with ordinality as _ (view, n) order by n);
    bodies constant text [] := array(select pg_get_viewdef(view) from unnest(views) with ordinality as _ (view, n) order by n);
    extras jsonb := '[]';
    statement text;
begin
    for n in 1 .. cardinality(views) loop
        extras := extras || jsonb_build_array(to_jsonb(ops.restoring(views[n])));
    end loop;
    for n in reverse cardinality(views) .. 1 loop
        execute format('drop view %s', names[n]);
    end loop;
    execute format('drop %s %s', kind, name);
    execute creation;
    foreach statement in array own loop
        begin
            execute statement;
        exception when undefined_column or wrong_object_type then
            null;    -- a comment on a column that is no more, or on a table that is a view now: dbt describes it anew
        end;
    end loop;
    for n in 1 .. cardinality(views) loop
        begin
            execute format('create view %s as %s', names[n], bodies[n]);
            for statement in select jsonb_array_elements_text(extras -> (n - 1)) loop
                execute statement;
            end loop;
        exception when undefined_column or undefined_function or undefined_table or datatype_mismatch then
            if not may_drop or not exists (
                select from ops.dbt_relation where format('%I.%I', schema_name, relation_name) = names[n]
            ) then
                raise exception '% cannot be changed: % stands on it and would not work any more (%)',
                    name, names[n], sqlerrm
                using hint = 'Nothing was changed. Build with --full-refresh, if that view is made by a model that has changed too; drop it, if it is your own.';
            end if;
        end;
    end loop;
end;
$$;

-- What a relation was made of, and what it is now: the same as recorded only where nobody has touched either.
create function ops.fingerprint(target oid, made_of text) returns text
language sql stable
return md5(concat_ws(E'\n', made_of, pg_get_viewdef(target)));

create function ops.is_recorded(schema_name text, relation_name text, made_of text) returns boolean
language sql stable
return exists (
    select from ops.dbt_relation as recorded
    where recorded.schema_name = is_recorded.schema_name
        and recorded.relation_name = is_recorded.relation_name
        and recorded.sql_md5
        = ops.fingerprint(to_regclass(format('%I.%I', is_recorded.schema_name, is_recorded.relation_name)), made_of)
);

create function ops.record(schema_name text, relation_name text, made_of text) returns void
language sql
begin atomic
    insert into ops.dbt_relation as recorded (schema_name, relation_name, sql_md5)
    values (
        record.schema_name, record.relation_name,
        ops.fingerprint(to_regclass(format('%I.%I', record.schema_name, record.relation_name)), record.made_of)
    )
    on conflict on constraint dbt_relation_pkey
    do update set sql_md5 = excluded.sql_md5, built_at = clock_timestamp();
end;

-- A view, made or changed only where needed. `made_of` is all that it is made of: its SQL and its descriptions.
-- Answers unchanged, created, replaced, or recreated.
create function ops.replace_view(
    schema_name text, view_name text, body text, made_of text, patience interval, may_drop boolean
) returns text
language plpgsql
as $$
declare
    name constant text := format('%I.%I', schema_name, view_name);
    creation constant text := format('create view %s as %s', name, body);
    target oid;
    outcome text;
begin
    -- two builds at once: the second looks when the first is done
    perform pg_advisory_xact_lock(hashtext('ops.replace'), hashtext(name));
    target := to_regclass(name);
    if target is null then
        execute creation;
        outcome := 'created';
    elsif ops.is_recorded(schema_name, view_name, made_of) then
        return 'unchanged';
    else
        begin
            perform ops.run_patiently(format('create or replace view %s as %s', name, body), target, patience);
            outcome := 'replaced';
        exception when invalid_table_definition or wrong_object_type then
            perform ops.run_patiently(format('select ops.recreate(%s, %L, %L)', target, creation, may_drop), target, patience);
            outcome := 'recreated';
        end;
    end if;
    perform ops.record(schema_name, view_name, made_of);
    return outcome;
end;
$$;

create function ops.columns_of(target oid) returns text []
language sql stable
return array(
    select format('%I %s', attname, format_type(atttypid, atttypmod))
    from pg_attribute
    where attrelid = target and attnum > 0 and not attisdropped
    order by attnum
);

-- A table takes the rows of another: one transaction, so that readers see the old ones or the new ones and never wait.
-- Where the rows are the same nothing is written. `creation` makes the empty table, where there is none or its columns change.
-- Answers unchanged, created, replaced, or recreated.
create function ops.replace_table(
    schema_name text, table_name text, new_rows regclass, creation text, patience interval, may_drop boolean
) returns text
language plpgsql
as $$
declare
    name constant text := format('%I.%I', schema_name, table_name);
    columns constant text := (
        select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
        where attrelid = new_rows and attnum > 0 and not attisdropped
    );
    target oid;
    same boolean;
    outcome text := 'replaced';
begin
    perform pg_advisory_xact_lock(hashtext('ops.replace'), hashtext(name));
    target := to_regclass(name);
    if target is null then
        execute creation;
        outcome := 'created';
    elsif (select relkind from pg_class where oid = target) <> 'r' or ops.columns_of(target) <> ops.columns_of(new_rows) then
        perform ops.run_patiently(format('select ops.recreate(%s, %L, %L)', target, creation, may_drop), target, patience);
        outcome := 'recreated';
    else
        execute format(
            'select not exists ((table %1$s except all table %2$s) union all (table %2$s except all table %1$s))', name, new_rows
        ) into same;
        if same then
            return 'unchanged';
        end if;
        execute format('delete from %s', name);
    end if;
    execute format('insert into %s (%s) select %s from %s', name, columns, columns, new_rows);
    -- the planner must not judge by what was there before
    execute format('analyze %s', name);
    return outcome;
end;
$$;

-- Comments on a view and its columns, by name; the view's own stands under the empty name.
create function ops.describe_view(schema_name text, view_name text, descriptions jsonb) returns void
language plpgsql
as $$
declare
    described record;
begin
    for described in select * from jsonb_each_text(descriptions) loop
        if described.key = '' then
            execute format('comment on view %I.%I is %L', schema_name, view_name, described.value);
        else
            execute format('comment on column %I.%I.%I is %L', schema_name, view_name, described.key, described.value);
        end if;
    end loop;
end;
$$;

-- Takes a view away, unless something stands on it.
create function ops.drop_view(schema_name text, view_name text, patience interval) returns void
language plpgsql
as $$
declare
    name constant text := format('%I.%I', schema_name, view_name);
begin
    perform ops.run_patiently(format('drop view %s', name), to_regclass(name), patience);
    delete from ops.dbt_relation as recorded
    where recorded.schema_name = drop_view.schema_name and recorded.relation_name = drop_view.view_name;
end;
$$;

comment on function ops.replace_view is 'Makes or changes a view without hurting its readers and without losing what stands on it.';
comment on function ops.replace_table is 'Gives a table new rows without hurting its readers and without losing what stands on it.';

do $$
declare
    made regprocedure;
begin
    for made in
        select oid::regprocedure from pg_proc where pronamespace = 'ops'::regnamespace
    loop
        execute format('revoke execute on function %s from public', made);
        execute format('grant execute on function %s to transformer', made);
    end loop;
end $$;
