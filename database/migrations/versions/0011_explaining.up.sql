-- Whoever sets flags must know what is excluded already: a flagging log that was exported is not imported once more.
grant usage on schema cleaned to loader;
grant select on all tables in schema cleaned to loader;
alter default privileges for role transformer in schema cleaned grant select on tables to loader;
