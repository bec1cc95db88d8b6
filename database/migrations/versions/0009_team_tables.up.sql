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
comment on column metadata.team_table.rows is 'One object a row, its cells as text by column name, and `line`.';

grant select, insert on metadata.team_table to loader;
grant select on metadata.team_table to transformer;
