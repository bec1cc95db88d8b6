-- The next fetch brings everything in again, and finds that the archive has it.
drop table ops.source_file, ops.source;
