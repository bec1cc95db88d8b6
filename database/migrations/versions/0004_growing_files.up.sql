-- A file that grew is recognised by content: by the digest of what it began with, whatever its name.

alter table raw.file
add column begins_at_byte bigint not null default 0,
add column segment_sha256 text check (segment_sha256 ~ '^[0-9a-f]{64}$'),
add column prefix_sha256 text,
add column rejected_lines integer not null default 0,
add column rank_timestamp timestamptz,
add check ((segment_sha256 is null) = (continues_file_id is null));
create index on raw.file (prefix_sha256);
create index on raw.file (continues_file_id) where continues_file_id is not null;

comment on column raw.file.sha256 is
'Digest of the file as it came. It lies in the archive under this name, or, where it continues another, in segments.';
comment on column raw.file.size_bytes is 'Bytes that this row adds to the archive: all of the file, or the segment.';
comment on column raw.file.begins_at_byte is 'Where in the file the segment begins; its readings alone are counted here.';
comment on column raw.file.segment_sha256 is 'Digest of the segment, and its name in the archive; null where the file is kept whole.';
comment on column raw.file.prefix_sha256 is
'Digest of the first bytes, as many as the greatest power of two that is not above the file''s size.';
comment on column raw.file.rejected_lines is 'Lines of which a part or all could not be read; they are in raw.rejected_row.';

comment on column raw.file.rank_timestamp is
'Of two files that differ in a value the one wins where this is later: the last timestamp of its whole rows. That of a
segment is later than that of the file it continues.';
update raw.file set rank_timestamp = last_timestamp;

create table raw.file_end (
    file_id integer primary key references raw.file on delete cascade,
    heading bytea not null,
    heading_lines integer not null,
    unfinished bytea not null,
    lines bigint not null
);
comment on table raw.file_end is 'How a file that may grow ends: what is needed to read only that which is appended.';
comment on column raw.file_end.heading is 'The header that holds at the end.';
comment on column raw.file_end.unfinished is 'What stands behind the last whole row.';
comment on column raw.file_end.lines is 'Lines of the whole file up to there.';

create table raw.confirmed_span (
    channel_id integer not null,
    file_id integer not null references raw.file,
    date_from timestamptz not null,
    date_to timestamptz not null,
    step interval not null check (step > interval '0'),
    check (date_from <= date_to)
);
create index on raw.confirmed_span (channel_id, date_from);
comment on table raw.confirmed_span is
'Readings that a further file holds as they stand, where that file ranks above the one they came from. Which of two
values wins depends on them, whatever came first.';
comment on column raw.confirmed_span.date_to is 'The last of them; they follow each other by `step` from date_from on.';

grant select, insert, delete on raw.confirmed_span to loader;
grant select, insert, update on raw.file_end to loader;
grant select on raw.confirmed_span, raw.file_end to transformer, exporter;
grant select on raw.confirmed_span to analyst;
