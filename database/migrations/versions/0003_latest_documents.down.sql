-- dbt's staging stands on the view: it is made again by the next build.
drop view metadata.current_location cascade;
drop function metadata.slug;
drop function metadata.same_serial cascade;
