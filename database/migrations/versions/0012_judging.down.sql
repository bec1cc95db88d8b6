drop function ops.judge;
