alter table raw.file
drop column settings_digest,
drop column settings_dates;
drop function raw.settings_dates;
drop function raw.settings_digest;
