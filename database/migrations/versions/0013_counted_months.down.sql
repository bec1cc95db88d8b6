drop table ops.counted_month;

create table ops.counted_period (
    station text not null,
    what text not null,
    periods tstzmultirange not null,
    primary key (station, what)
);
create table ops.month_to_count (
    station text not null,
    month date not null,
    date_from timestamptz not null,
    date_to timestamptz not null,
    primary key (station, month)
);
grant select, insert, update, delete on ops.counted_period, ops.month_to_count to transformer;
