drop view metadata.current_team_row;
drop table metadata.team_table;
