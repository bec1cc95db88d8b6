alter table ops.build add column changes_by_flags bigint not null default 0;
drop function ops.refresh;
alter table ops.dbt_relation drop column rows_sql;
