-- Of each station the latest document counts, as a whole; the others stay in metadata.document.

create function metadata.slug(name text) returns text
language sql immutable strict parallel safe
return trim(both '_' from lower(regexp_replace(name, '[^A-Za-z0-9]+', '_', 'g')));

comment on function metadata.slug is 'The name of a station in commands, schemas and files: Demo Mast is demo_mast.';

create function metadata.same_serial(serial text) returns text
language sql immutable strict parallel safe
return ltrim(lower(trim(serial)), '0');

comment on function metadata.same_serial is 'A serial without what is spelt differently: leading zeros and case.';

create view metadata.current_location as
select distinct on (station)
    metadata.slug(location.content ->> 'name') as station,
    document.document_id,
    document.imported_at,
    location.content,
    document.utc_offset_hours,
    document.timestamps
from metadata.document
cross join lateral jsonb_array_elements(document.content -> 'measurement_location')
    with ordinality as location (content, position)
order by station, document.document_id desc, location.position desc;

comment on view metadata.current_location is
'One row for each station: its measurement_location in the latest document that holds it.';
comment on column metadata.current_location.station is 'Slug of the station''s name.';
comment on column metadata.current_location.content is 'The measurement_location, as the document gives it.';

grant execute on function metadata.slug, metadata.same_serial to loader, transformer;
grant select on metadata.current_location to loader, transformer;
