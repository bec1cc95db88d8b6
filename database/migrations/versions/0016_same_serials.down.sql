revoke execute on function metadata.same_serial from analyst, exporter;
revoke usage on schema metadata from analyst, exporter;
