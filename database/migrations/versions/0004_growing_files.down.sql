drop table raw.confirmed_span;
drop table raw.file_end;
alter table raw.file
drop column rank_timestamp,
drop column rejected_lines,
drop column prefix_sha256,
drop column segment_sha256,
drop column begins_at_byte;
