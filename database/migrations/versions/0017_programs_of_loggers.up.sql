-- A logger writes a file a table, each with settings of its own: only files of one table can be compared with each other.
-- Campbell's loggers name the program they run, so that one that was exchanged can be told.
alter table raw.file
add column settings_table text generated always as (header ->> 'table') stored,
add column programs jsonb generated always as (nullif(header -> 'programs', '[]')) stored;

comment on column raw.file.settings_table is 'The logger''s table that its settings are of, where the format has such.';
comment on column raw.file.programs is
'Programs of the logger that its header names, each with its signature, the operating system, and since when.';
