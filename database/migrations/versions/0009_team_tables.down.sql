drop table metadata.team_table;
