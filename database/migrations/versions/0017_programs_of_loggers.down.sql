alter table raw.file
drop column settings_table,
drop column programs;
