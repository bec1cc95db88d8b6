-- Some files are read only together with another one, which is found by its name beside them.

create table raw.companion (
    name text not null,
    file_id integer not null references raw.file on delete cascade,
    received_at timestamptz not null default clock_timestamp(),
    primary key (name, file_id)
);
create index on raw.companion (file_id);

comment on table raw.companion is
'Files that say what others hold, by each name that they came by: one content may come with every day''s rows.';
comment on column raw.companion.name is 'Path without the suffix, which the file that it belongs to has as well.';

grant select, insert, update on raw.companion to loader;
grant select on raw.companion to analyst;
