{# cleaned.explain_missing(logger, channel_id, column_name, slot, averaging_period): why a reading that was expected never came,
   as jsonb: `cause` and `because`, and `rejected` where a row came that could not be read. The first cause that holds, as in
   the gap ledger. Part of cleaned.explain_reading. #}
{% macro explain_missing() %}
create or replace function cleaned.explain_missing(
    logger text, channel_id integer, column_name text, slot timestamptz, averaging_period interval
) returns jsonb
language plpgsql stable parallel safe
set timezone = 'UTC'
as $explain$
#variable_conflict use_column
declare
    -- files may spell the serial otherwise than each other
    serial constant text := metadata.same_serial(explain_missing.logger);
    columns constant integer[] := array(
        select channel.channel_id
        from raw.channel
        where metadata.same_serial(channel.logger) = serial
            and channel.averaging_period = explain_missing.averaging_period
    );
    came_in text;
    rejected jsonb;
    covering text;
    cause text;
    because text;
begin
    -- a row that came is one of any column of the logger, or one that could not be read
    select file.path
    into came_in
    from (
        (
            select reading.file_id, 1 as preference
            from raw.reading
            where reading.channel_id = any(columns)
                and reading.timestamp >= slot
                and reading.timestamp < slot + explain_missing.averaging_period
            order by reading.channel_id, reading.timestamp
            limit 1
        )
        union all
        select lost.file_id, 2
        from raw.rejected_row as lost
        where lost.channel_ids && columns
            and lost.timestamp >= slot
            and lost.timestamp < slot + explain_missing.averaging_period
    ) as rows
    inner join raw.file on rows.file_id = file.file_id
    order by rows.preference, file.file_id
    limit 1;

    select jsonb_build_object(
        'line', lost.line, 'text', lost.text, 'reason', lost.reason, 'file', {{ file_told('lost.file_id') }}
    )
    into rejected
    from raw.rejected_row as lost
    where explain_missing.channel_id = any(lost.channel_ids)
        and lost.timestamp >= slot
        and lost.timestamp < slot + explain_missing.averaging_period
    order by lost.file_id desc, lost.line
    limit 1;

    -- a segment of a growing file covers the time since the file that it continues, too
    select file.path
    into covering
    from raw.file
    left join raw.file as before on file.continues_file_id = before.file_id
    where metadata.same_serial(file.logger) = serial
        and file.state = 'loaded'
        and least(file.first_timestamp, before.last_timestamp) <= slot
        and file.last_timestamp >= slot
    order by file.last_timestamp - file.first_timestamp, file.file_id
    limit 1;

    if rejected is not null then
        cause := 'rejected';
        because := format(
            'line %s of %s could not be read: %s',
            rejected ->> 'line', rejected #>> '{file,path}', rejected ->> 'reason'
        );
    elsif came_in is not null then
        cause := 'not_in_file';
        because := format(
            '%s has a row for this time, without the column %s', came_in, explain_missing.column_name
        );
    elsif covering is null then
        cause := 'no_file';
        because := (
            select concat(
                'no file of logger ', explain_missing.logger, ' covers it; ',
                coalesce('the last before ends at ' || before.last || ' (' || before.path || ')', 'there is none before'),
                ', ',
                coalesce('the next begins at ' || after.first || ' (' || after.path || ')', 'none after')
            )
            from (values (1)) as always (one)
            left join lateral (
                select to_char(file.last_timestamp, 'YYYY-MM-DD HH24:MI') as last, file.path
                from raw.file
                where metadata.same_serial(file.logger) = serial and file.state = 'loaded' and file.last_timestamp < slot
                order by file.last_timestamp desc
                limit 1
            ) as before on true
            left join lateral (
                select to_char(file.first_timestamp, 'YYYY-MM-DD HH24:MI') as first, file.path
                from raw.file
                where metadata.same_serial(file.logger) = serial and file.state = 'loaded' and file.first_timestamp > slot
                order by file.first_timestamp
                limit 1
            ) as after on true
        );
    else
        cause := 'logger_silent';
        because := format('%s covers this time and has no row for it: the logger did not log', covering);
    end if;

    return jsonb_build_object('cause', cause, 'because', because, 'rejected', rejected);
end
$explain$;
comment on function cleaned.explain_missing is
'Why an expected reading of a logger never came: its channel, if one is known, its column, and the beginning of its period.';
{% endmacro %}
