-- A gap whose row came and could not be read is another one than a gap where nothing came: the stamps of rejected lines tell.

alter table raw.rejected_row
add column timestamp timestamptz,
add column channel_ids integer [],
add check ((timestamp is null) = (channel_ids is null));
create index rejected_row_timestamp on raw.rejected_row (timestamp) where timestamp is not null;

comment on column raw.rejected_row.line is 'Line in the file, from 1, header lines counted.';
comment on column raw.rejected_row.readings is 'How many readings were lost with it.';
comment on column raw.rejected_row.timestamp is
'Beginning of the averaging period, UTC, where the line''s stamp could be read; null where it could not.';
comment on column raw.rejected_row.channel_ids is 'Channels that lost a reading at that stamp.';

-- What the gap ledger was counted with. Tables between a change and the ledger may not have been built yet when the change is
-- seen, so it compares what they hold; the change log tells of readings, which the ledger reads by itself.
create table ops.counted_period (
    station text not null,
    what text not null,
    periods tstzmultirange not null,
    primary key (station, what)
);
comment on table ops.counted_period is
'What the gap ledger was counted with, station by station: what was expected, which channels served, what excluded their readings.';

create table ops.month_to_count (
    station text not null,
    month date not null,
    date_from timestamptz not null,
    date_to timestamptz not null,
    primary key (station, month)
);
comment on table ops.month_to_count is 'Months that the gap ledger is counting, within the transaction that counts; empty for all others.';
comment on column ops.month_to_count.date_from is 'Beginning of the station''s record.';
comment on column ops.month_to_count.date_to is 'End of the station''s record: behind its last reading.';

grant select, insert, update, delete on ops.counted_period, ops.month_to_count to transformer;
