drop table raw.companion;
