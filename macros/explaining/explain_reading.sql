{# cleaned.explain_reading(station, measurement_point, statistic, timestamp): where a value came from and what was done to it,
   or why there is none, as one jsonb. Analysts may call it; `stationmanager explain` finds the line in the file, too.
   Made at the end of each run of dbt: what it says follows the columns of models. plpgsql looks names up when it is called, so
   that tables may be exchanged beside it, and nothing of dbt's depends on it. Each reading is found by its channel and time. #}
{% macro explain_reading() %}
create or replace function cleaned.explain_reading(
    station text, measurement_point text, statistic text, "timestamp" timestamptz
) returns jsonb
language plpgsql stable parallel safe
set timezone = 'UTC'
as $explain$
#variable_conflict use_column
declare
    asked constant timestamptz := explain_reading.timestamp;
    longest interval;
    clock interval;
    slot timestamptz;
    step interval;
    serial text;
    cause text;
    because text;
    piece record;
    setting record;
    recorded record;
    calibrated double precision;
    missing jsonb;
    flags jsonb;
begin
    if not exists (
        select from cleaned.point_statistics as known
        where known.station = explain_reading.station
            and known.measurement_point = explain_reading.measurement_point
            and known.statistic = explain_reading.statistic
    ) then
        raise no_data_found using
            message = format(
                'station %s has no %s of %s', explain_reading.station, explain_reading.statistic, explain_reading.measurement_point
            ),
            hint = coalesce(
                (
                    select 'it has ' || string_agg(points.told, '; ' order by points.told)
                    from (
                        select measurement_point || ' ' || string_agg(statistic, ', ' order by statistic) as told
                        from cleaned.point_statistics
                        where station = explain_reading.station
                        group by measurement_point
                    ) as points
                ),
                (select 'the stations are ' || string_agg(distinct station, ', ') from cleaned.point_statistics),
                'there is no station yet'
            );
    end if;

    -- which channel, and which of its slots: that of a reading whose period the time lies in, else one of the clock's
    select stations.utc_offset, coalesce(stations.averaging_period, interval '10 minutes')
    into clock, step
    from cleaned.measurement_stations as stations
    where stations.station = explain_reading.station;

    select max(own.averaging_period) into longest
    from cleaned.channel_periods as own
    where own.station = explain_reading.station
        and own.measurement_point = explain_reading.measurement_point
        and own.statistic = explain_reading.statistic;

    select pieces.*, slots.slot, nearest.timestamp is not null as is_recorded, nearest.value, nearest.file_id
    into piece
    from (
        select distinct own.channel_id, own.averaging_period, known.logger, known.column_name
        from cleaned.channel_periods as own
        inner join raw.channel as known on own.channel_id = known.channel_id
        where own.station = explain_reading.station
            and own.measurement_point = explain_reading.measurement_point
            and own.statistic = explain_reading.statistic
    ) as channels
    left join lateral (
        select reading.timestamp, reading.value, reading.file_id
        from raw.reading
        where reading.channel_id = channels.channel_id
            and reading.timestamp <= asked
            and reading.timestamp > asked - channels.averaging_period
            and reading.timestamp > asked - longest
        order by reading.timestamp desc
        limit 1
    ) as nearest on true
    cross join lateral (
        select coalesce(
            nearest.timestamp,
            date_bin(channels.averaging_period, asked, timestamptz '2000-01-01 00:00+00' - coalesce(clock, interval '0'))
        ) as slot
    ) as slots
    inner join cleaned.channel_periods as pieces
        on channels.channel_id = pieces.channel_id
        and pieces.station = explain_reading.station
        and pieces.measurement_point = explain_reading.measurement_point
        and pieces.statistic = explain_reading.statistic
        and slots.slot >= pieces.date_from
        and slots.slot < pieces.date_to
    -- of several the one that got further, as in the gap ledger
    order by
        nearest.timestamp is null,
        case
            when nearest.timestamp is null then array_position(
                array['no_file', 'logger_silent', 'not_in_file', 'rejected'],
                cleaned.explain_missing(
                    channels.logger, channels.channel_id, channels.column_name, slots.slot, channels.averaging_period
                ) ->> 'cause'
            )
            when nearest.value is null then 1
            when pieces.excluded_by is null then 4
            when pieces.excluded_source = 'rule' then 3
            else 2
        end desc,
        pieces.excluded_by,
        pieces.channel_id
    limit 1;

    -- where no channel serves it, what the metadata say of the logger tells the rest
    step := coalesce(piece.averaging_period, step);
    slot := coalesce(
        piece.slot, date_bin(step, asked, timestamptz '2000-01-01 00:00+00' - coalesce(clock, interval '0'))
    );
    select columns.logger, columns.column_name into setting
    from cleaned.logger_columns as columns
    where columns.station = explain_reading.station
        and columns.measurement_point = explain_reading.measurement_point
        and columns.statistic = explain_reading.statistic
        and slot >= columns.date_from
        and slot < columns.date_to
    order by columns.date_from desc
    limit 1;

    select
        channel.logger, channel.table_name, channel.column_name, channel.unit,
        numbers.sensor, numbers.certificate, numbers.calibrated_on,
        numbers.dead_band_deg, numbers.declination_deg, numbers.north,
        numbers.logger_slope, numbers.logger_offset, numbers.sensor_slope, numbers.sensor_offset,
        numbers.date_from, numbers.date_to
    into recorded
    from raw.channel
    left join cleaned.calibration_periods as numbers
        on channel.channel_id = numbers.channel_id
        and numbers.station = explain_reading.station
        and numbers.measurement_point = explain_reading.measurement_point
        and slot >= numbers.date_from
        and slot < numbers.date_to
    where channel.channel_id = piece.channel_id;
    serial := coalesce(recorded.logger, setting.logger);

    select coalesce(
        jsonb_agg(
            jsonb_build_object(
                'source', flagged.source, 'reason', flagged.reason, 'mode', flagged.mode, 'statistic', flagged.statistic,
                'date_from', flagged.date_from, 'date_to', flagged.date_to, 'remark', flagged.remark,
                'flag_id', flagged.flag_id, 'created_by', flagged.created_by, 'created_at', flagged.created_at,
                'parameter', flagged.parameter, 'parameter_value', flagged.parameter_value
            )
            order by flagged.rule_position nulls first, flagged.date_from, flagged.date_to, flagged.reason, flagged.flag_id
        ),
        '[]'
    )
    into flags
    from cleaned.flagged_periods as flagged
    where flagged.station = explain_reading.station
        and flagged.measurement_point = explain_reading.measurement_point
        and coalesce(flagged.statistic, explain_reading.statistic) = explain_reading.statistic
        and flagged.date_from < slot + step
        and flagged.date_to > slot;

    calibrated := case
        when piece.is_ratio then (
            select intensities.calibrated_value
            from cleaned.turbulence_intensities as intensities
            where intensities.station = explain_reading.station
                and intensities.measurement_point = explain_reading.measurement_point
                and intensities.channel_id = piece.channel_id
                and intensities.timestamp = slot
        )
        else {{ calibrated('piece.value', 'piece') }}
    end;

    -- one cause, the first that holds, as in the gap ledger
    if piece.is_recorded then
        cause := case
            when piece.value is null then 'recorded_missing'
            when piece.excluded_by is null then 'valid'
            when piece.excluded_source = 'rule' then 'rule: ' || piece.excluded_by
            else 'erroneous_period: ' || piece.excluded_by
        end;
        because := case
            when piece.value is null then 'the logger recorded a missing value'
            when piece.excluded_source = 'rule' then 'the quality rule ' || piece.excluded_by || ' takes it out'
            when piece.excluded_by is not null then 'a flag takes it out: ' || piece.excluded_by
            when piece.calibration_status = 'no_partner'
                then 'minimum and maximum swap by the certificate, and the other one is not recorded'
            when calibrated is null
                then 'no turbulence intensity: deviation or average is missing, or the average is not above 0'
        end;
    elsif serial is null then
        cause := 'not_expected';
        because := 'no logger measurement configuration of the metadata names a column for it at this time';
    else
        missing := cleaned.explain_missing(
            serial, piece.channel_id, coalesce(recorded.column_name, setting.column_name), slot, step
        );
        cause := missing ->> 'cause';
        because := missing ->> 'because';
    end if;

    return jsonb_build_object(
        'station', explain_reading.station,
        'measurement_point', explain_reading.measurement_point,
        'statistic', explain_reading.statistic,
        'asked_for', asked,
        'timestamp', slot,
        'averaging_period', step,
        'unit', piece.unit,
        'value', case when piece.excluded_by is null then calibrated end,
        'calibrated_value', calibrated,
        'recorded_value', piece.value,
        'status', piece.calibration_status,
        'straddles_change', slot + step > piece.calibration_changes_at,
        'cause', cause,
        'because', because,
        'excluded_by', case when piece.is_recorded then piece.excluded_by end,
        'file', {{ file_told('piece.file_id') }},
        'rejected', nullif(missing -> 'rejected', 'null'),
        'replaced', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'value', lost.value,
                        'file', {{ file_told('lost.file_id') }},
                        'superseded_at', lost.superseded_at,
                        'superseded_by', {{ file_told('lost.superseded_by_file_id') }}
                    )
                    order by lost.superseded_at
                ),
                '[]'
            )
            from raw.superseded_reading as lost
            where lost.channel_id = piece.channel_id and lost.timestamp = slot
        ),
        'calibration', case when piece.channel_id is not null then jsonb_build_object(
            'sensor', recorded.sensor,
            'certificate', recorded.certificate,
            'calibrated_on', recorded.calibrated_on,
            'slope', recorded.sensor_slope,
            'offset', recorded.sensor_offset,
            'dead_band_deg', recorded.dead_band_deg,
            'declination_deg', recorded.declination_deg,
            'north', recorded.north,
            'date_from', recorded.date_from,
            'date_to', recorded.date_to,
            'formula', case
                when piece.is_ratio then 'deviation / average, both re-calibrated'
                when piece.is_circular then '(recorded * slope + offset) modulo 360'
                else 'recorded * slope + offset'
            end,
            'applied_slope', piece.slope,
            'applied_offset', piece."offset"
        ) end,
        'logger_settings', case when serial is not null then jsonb_build_object(
            'logger', serial,
            'table', recorded.table_name,
            'column', coalesce(recorded.column_name, setting.column_name),
            'unit', recorded.unit,
            'slope', recorded.logger_slope,
            'offset', recorded.logger_offset
        ) end,
        'flags', flags,
        'channel_id', piece.channel_id
    );
end
$explain$;
comment on function cleaned.explain_reading is
'Where a value came from and what was done to it, or why there is none: station, measurement point, statistic, and a time
that lies in its averaging period.';
{% endmacro %}
