-- cleaned.explain_missing, which analysts call, compares serials as the gap ledger does. No table of the schema is theirs to read.

grant usage on schema metadata to analyst, exporter;
grant execute on function metadata.same_serial to analyst, exporter;
