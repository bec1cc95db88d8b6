-- Tables of a team beside its documents: every import is kept, whole, and of each name the latest counts.

create table metadata.team_table (
    team_table_id integer generated always as identity primary key,
    name text not null check (name in ('quality_rules', 'calibration_choices', 'magnetic_declinations')),
    sha256 text not null,
    path text not null,
    rows jsonb not null check (jsonb_typeof(rows) = 'array'),
    imported_at timestamptz not null default clock_timestamp(),
    imported_by text not null
);
comment on table metadata.team_table is
'A team''s own tables: settings of quality rules, chosen certificates, magnetic declinations. The latest of a name counts.';
comment on column metadata.team_table.sha256 is 'Digest of what the rows say, however they were written.';
comment on column metadata.team_table.rows is 'One object a row: its filled cells as text by column name, and `line`.';

create view metadata.current_team_row as
select
    latest.name as table_name,
    (listed.content ->> 'line')::integer as line,
    listed.content - 'line' as cells,
    latest.path,
    latest.imported_at,
    latest.imported_by
from (
    select distinct on (team_table.name) team_table.*
    from metadata.team_table
    order by team_table.name, team_table.team_table_id desc
) as latest
cross join lateral jsonb_array_elements(latest.rows) as listed (content);

comment on view metadata.current_team_row is 'One row for each row of the team''s tables that count now.';
comment on column metadata.current_team_row.cells is 'The filled cells as text, by column name.';

grant select, insert on metadata.team_table to loader;
grant select on metadata.current_team_row to loader, transformer;
grant select on metadata.team_table to transformer;
