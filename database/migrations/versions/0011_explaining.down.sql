alter default privileges for role transformer in schema cleaned revoke select on tables from loader;
revoke select on all tables in schema cleaned from loader;
revoke usage on schema cleaned from loader;
