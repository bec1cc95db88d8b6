-- The gap ledger counts a month anew where its readings changed, which ops.changed_span tells, or where what was expected, which
-- channels served and what excluded their readings are others, which a digest tells. It takes the place of two tables that kept
-- those periods themselves and that nothing came to use.

drop table ops.month_to_count, ops.counted_period;

create table ops.counted_month (
    station text not null,
    measurement_point text not null,
    month date not null,
    made_of text not null,
    counted_at timestamptz not null default clock_timestamp(),
    primary key (station, measurement_point, month)
);
comment on table ops.counted_month is 'Months of measurement points as the gap ledger counted them last.';
comment on column ops.counted_month.made_of is
'A digest of the pieces that were counted and of the ledger''s own SQL: where it is another, the month is counted anew.';

grant select, insert, update, delete on ops.counted_month to transformer;
