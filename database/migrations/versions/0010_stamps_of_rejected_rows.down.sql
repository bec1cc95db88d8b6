drop table ops.month_to_count, ops.counted_period;
alter table raw.rejected_row
drop column channel_ids,
drop column timestamp;
