-- What `fetch` remembers: of each source how it went, and of each of its files what was there when it was brought in.

create table ops.source (
    source text primary key,
    kind text not null,
    place text not null,
    is_configured boolean not null default true,
    late_after interval,
    first_attempt_at timestamptz not null default clock_timestamp(),
    last_attempt_at timestamptz,
    last_success_at timestamptz,
    last_new_at timestamptz,
    failures_in_a_row integer not null default 0,
    next_attempt_at timestamptz,
    listed bigint not null default 0,
    new bigint not null default 0,
    bytes bigint not null default 0,
    failed bigint not null default 0,
    seconds double precision not null default 0,
    error jsonb
);

comment on table ops.source is 'One row for each source of files that was ever fetched from, and how the last attempt went.';
comment on column ops.source.source is 'Its name in stationmanager.toml.';
comment on column ops.source.place is 'Where it is. When that changes, what is remembered of its files goes.';
comment on column ops.source.is_configured is 'Whether it still stands in stationmanager.toml.';
comment on column ops.source.late_after is 'After this time without a new file somebody should know, where the configuration says so.';
comment on column ops.source.last_success_at is 'When it was last listed, and its files were tried, to the end.';
comment on column ops.source.last_new_at is 'When a file of it was last brought in.';
comment on column ops.source.failures_in_a_row is 'Attempts since then that broke off; each doubles the wait.';
comment on column ops.source.next_attempt_at is 'Not tried before, unless it is named on the command line.';
comment on column ops.source.listed is 'Files that the last attempt found, of those that are wanted.';
comment on column ops.source.new is 'Files that the last attempt brought in.';
comment on column ops.source.failed is 'Files that the last attempt could not bring in.';
comment on column ops.source.error is 'Why the last attempt broke off, or its first file that failed: what, where, remedy.';

create table ops.source_file (
    source text not null references ops.source,
    path text not null,
    size_bytes bigint,
    modified_at timestamptz,
    version text,
    sha256 text[] not null default '{}',
    fetched_at timestamptz not null default clock_timestamp(),
    primary key (source, path)
);

comment on table ops.source_file is
'Each file of a source that the ledger has, as the source listed it then: what is listed the same is not transferred again.';
comment on column ops.source_file.version is 'What else tells versions apart: an ETag, a date as the server writes it.';
comment on column ops.source_file.sha256 is 'What was received: one content, or as many as a mail has attachments.';

grant select, insert, update on ops.source to loader;
grant select, insert, update, delete on ops.source_file to loader;
