-- The contract between loaders, dbt, exporters and analysts: who owns what, and who may read it.

create extension if not exists timescaledb;

-- Roles belong to the whole server, so another StationManager database may have made them already. Each has a limit of
-- connections of its own: a runaway worker must not lock the others out. Passwords are given by `stationmanager up`.
do $$
declare
    wanted record;
begin
    for wanted in
        select *
        from (values ('loader', 20), ('transformer', 16), ('exporter', 16), ('analyst', 40)) as role (name, connections)
    loop
        if not exists (select from pg_roles where rolname = wanted.name) then
            execute format('create role %I login', wanted.name);
        end if;
        execute format('alter role %I connection limit %s', wanted.name, wanted.connections);
    end loop;
end $$;

-- A database belongs to its roles alone: nobody else connects by default.
do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect, temporary on database %I to loader, transformer, exporter', current_database());
    execute format('grant connect on database %I to analyst', current_database());
    -- the owner makes the schemas that dbt owns, for which Postgres asks it to be a member of the role
    execute format('grant transformer to %I', current_user);
end $$;

create schema raw;
create schema metadata;
create schema if not exists ops;
create schema reference authorization transformer;
create schema staging authorization transformer;
create schema cleaned authorization transformer;
create schema exports authorization transformer;

---------------------------------------------------------------------------------------------------------------- raw

create table raw.file (
    file_id integer generated always as identity primary key,
    sha256 text not null unique check (sha256 ~ '^[0-9a-f]{64}$'),
    continues_file_id integer references raw.file,
    path text not null,
    size_bytes bigint not null,
    format text,
    format_verified boolean,
    logger text,
    claimed_by text check (claimed_by in ('header', 'option')),
    state text not null check (state in ('landed', 'loaded', 'unclaimed', 'failed')),
    utc_offset interval,
    timestamp_is_end_of_period boolean,
    first_timestamp timestamptz,
    last_timestamp timestamptz,
    created_at timestamptz,
    overrules_at timestamptz,
    readings_new bigint not null default 0,
    readings_same bigint not null default 0,
    readings_changed bigint not null default 0,
    readings_kept bigint not null default 0,
    readings_rejected bigint not null default 0,
    error jsonb,
    header jsonb,
    received_at timestamptz not null default clock_timestamp(),
    loaded_at timestamptz,
    loader_version text
);
create index on raw.file (logger);
create index on raw.file (state) where state <> 'loaded';

comment on table raw.file is 'The import ledger: one row for each file content that was ever received.';
comment on column raw.file.sha256 is 'Digest of the content as it was loaded; the file lies in the archive under this name.';
comment on column raw.file.continues_file_id is 'The file whose last byte this segment of a growing file continues.';
comment on column raw.file.path is 'Where the file was when it was first received.';
comment on column raw.file.claimed_by is 'What named the logger: the file''s header or the --logger option.';
comment on column raw.file.state is 'landed: archived, not read yet. loaded. unclaimed: no logger known to the metadata. failed: see error.';
comment on column raw.file.utc_offset is 'Offset of the logger''s clock that was applied to its stamps.';
comment on column raw.file.timestamp_is_end_of_period is 'Whether the stamps in the file mark the end of the averaging period.';
comment on column raw.file.created_at is 'When the header says that the file was made, if it does.';
comment on column raw.file.overrules_at is 'When it was loaded with --replace: its values then win over those of other files.';
comment on column raw.file.readings_new is 'Readings of this file that were not there before.';
comment on column raw.file.readings_same is 'Readings that were there already, with the same value.';
comment on column raw.file.readings_changed is 'Readings that replaced another value.';
comment on column raw.file.readings_kept is 'Readings that lost against the value that was there.';
comment on column raw.file.readings_rejected is 'Readings in lines or cells that could not be read.';
comment on column raw.file.error is 'Why it failed: what, where, remedy.';
comment on column raw.file.header is 'What the file says of itself.';

create table raw.channel (
    channel_id integer generated always as identity primary key,
    logger text not null,
    table_name text not null default '',
    averaging_period interval not null,
    averaging_period_is_assumed boolean not null default false,
    column_name text not null,
    unit text not null default '',
    statistic text,
    unique (logger, table_name, averaging_period, column_name)
);

comment on table raw.channel is 'One row for each column that a logger has ever sent.';
comment on column raw.channel.averaging_period_is_assumed is
'The rows seen so far were too few to tell the period: it is the logger''s own, until more rows tell.';

create table raw.reading (
    timestamp timestamptz not null,
    channel_id integer not null,
    file_id integer not null,
    value double precision
);
-- No foreign key and no index on file_id: each would cost more than the reading itself.
create unique index reading_channel_id_timestamp on raw.reading (channel_id, timestamp);
select create_hypertable('raw.reading', by_range('timestamp', interval '1 month'), create_default_indexes => false);

comment on table raw.reading is
'Every reading as the logger recorded it. value is null where the logger recorded a missing value; no row where nothing arrived.';
comment on column raw.reading.timestamp is 'Beginning of the averaging period, UTC.';
comment on column raw.reading.file_id is 'The file that the value comes from.';

create table raw.rejected_row (
    file_id integer not null references raw.file,
    line bigint not null,
    text text not null,
    reason text not null,
    readings integer not null
);
create index on raw.rejected_row (file_id);
comment on table raw.rejected_row is 'Lines, or single cells of lines, that could not be read.';

create table raw.superseded_reading (
    timestamp timestamptz not null,
    channel_id integer not null,
    file_id integer not null references raw.file,
    value double precision,
    superseded_by_file_id integer not null references raw.file,
    superseded_by_line bigint,
    superseded_at timestamptz not null default clock_timestamp()
);
create index on raw.superseded_reading (channel_id, timestamp);
comment on table raw.superseded_reading is 'Values that lost against another file''s (or a later row''s) value for the same stamp.';

----------------------------------------------------------------------------------------------------------- metadata

create table metadata.document (
    document_id integer generated always as identity primary key,
    sha256 text not null,
    path text not null,
    kind text not null check (kind in ('json', 'tables')),
    content jsonb not null,
    tables jsonb,
    utc_offset_hours double precision check (utc_offset_hours between -14 and 14),
    timestamps text check (timestamps in ('begin', 'end')),
    imported_at timestamptz not null default clock_timestamp(),
    imported_by text not null
);
comment on table metadata.document is
'Every IEA Task 43 document that was ever imported, whole. Of a station the latest counts, the others stay.';
comment on column metadata.document.tables is 'The CSV tables that the document was made from, as they came.';
comment on column metadata.document.utc_offset_hours is 'Fills the loggers'' offset from UTC where the document leaves it null.';
comment on column metadata.document.timestamps is 'Fills the loggers'' begin or end label where the document leaves it null.';

create table metadata.flag (
    flag_id integer generated always as identity primary key,
    station text not null,
    sensor text not null,
    measurement_point text,
    measurement_type text,
    statistic text,
    date_from timestamptz not null default '-infinity',
    date_to timestamptz not null default 'infinity',
    reason text not null,
    remark text,
    source text not null check (source in ('by_hand', 'imported')),
    created_at timestamptz not null default clock_timestamp(),
    created_by text not null,
    withdrawn_at timestamptz,
    withdrawn_by text,
    check (date_from < date_to)
);
create unique index flag_once on metadata.flag (
    station, sensor, measurement_point, measurement_type, statistic, date_from, date_to, reason, remark
) nulls not distinct where withdrawn_at is null;
comment on table metadata.flag is 'Erroneous periods set at run time: never deleted, only withdrawn.';
comment on column metadata.flag.sensor is 'All, or a prefix of measurement point names and column names.';

---------------------------------------------------------------------------------------------------------------- ops

create table ops.changed_span (
    changed_span_id bigint generated always as identity primary key,
    station text,
    channel_id integer,
    date_from timestamptz not null,
    date_to timestamptz not null,
    cause text not null check (cause in ('load', 'flag', 'metadata', 'rule')),
    at timestamptz not null default clock_timestamp()
);
comment on table ops.changed_span is
'Each change and the time that it touches, in the transaction that made it. Nothing else decides what is stale.';

create table ops.dbt_relation (
    schema_name text not null,
    relation_name text not null,
    sql_md5 text not null,
    built_at timestamptz not null default clock_timestamp(),
    primary key (schema_name, relation_name)
);
comment on table ops.dbt_relation is 'What each relation that dbt made was made of, so that an unchanged one is left alone.';

create table ops.build (
    build_id integer generated always as identity primary key,
    project_digest text not null,
    changes bigint not null,
    changes_by_flags bigint not null,
    finished_at timestamptz not null default clock_timestamp()
);
comment on table ops.build is 'Each complete dbt build: of which project, and how many changes it has seen.';

------------------------------------------------------------------------------------------------------------- grants

grant usage on schema raw, metadata, ops to loader, transformer;
grant usage on schema raw to exporter, analyst;
grant usage on schema ops to exporter;
grant select on ops.changed_span to exporter;
grant usage on schema cleaned, exports to exporter, analyst;
grant usage on schema reference to loader;

grant select, insert, update on raw.file, raw.channel to loader;
grant delete on raw.channel to loader;
grant select, insert, update, delete on raw.reading to loader;
grant select, insert, delete on raw.rejected_row, raw.superseded_reading to loader;
grant select, insert on metadata.document, ops.changed_span to loader;
grant select, insert, update on metadata.flag to loader;
grant select on ops.build to loader;

grant select on all tables in schema raw, metadata to transformer;
grant select on all tables in schema raw to exporter, analyst;
grant select, insert, update, delete on ops.dbt_relation to transformer;
grant select, insert on ops.build, ops.changed_span to transformer;
-- dbt's view metadata.loggers
grant create on schema metadata to transformer;

alter default privileges for role transformer in schema metadata, reference grant select on tables to loader;
alter default privileges for role transformer in schema cleaned, exports grant select on tables to exporter, analyst;
