-- Daily files carry the same settings for years. A digest tells those that say something new, without reading all headers.

create function raw.settings_digest(header jsonb) returns text
language sql immutable strict parallel safe
return (
    select md5(string_agg((listed.setting - 'date_from')::text, ',' order by listed.place))
    from jsonb_path_query(header, '$.settings[*] ? (@.type() == "object")') with ordinality as listed (setting, place)
);

create function raw.settings_dates(header jsonb) returns text[]
language sql immutable strict parallel safe
return (
    select array_agg(distinct listed.date_from order by listed.date_from)
    from (
        select setting ->> 'date_from' as date_from
        from jsonb_path_query(header, '$.settings[*] ? (@.type() == "object")') as stated (setting)
    ) as listed
    where listed.date_from is not null
);

comment on function raw.settings_digest is
'A digest of the settings of sensors that a file''s header states, less their dates; null where it states none.';
comment on function raw.settings_dates is 'The times from which they hold, by the logger''s clock, where the header says so.';

alter table raw.file
add column settings_digest text generated always as (raw.settings_digest(header)) stored,
add column settings_dates text[] generated always as (raw.settings_dates(header)) stored;

comment on column raw.file.settings_digest is 'Of the settings of sensors that its header states, less their dates.';
comment on column raw.file.settings_dates is 'From when they hold by the logger''s clock, where the header says so.';

grant execute on function raw.settings_digest, raw.settings_dates to loader, transformer;
