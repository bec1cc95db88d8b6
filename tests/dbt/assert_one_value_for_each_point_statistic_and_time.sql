-- Harm: two columns claim to be the same measurement at the same time, and exports can show only one of them.
-- Judged by periods and by when each column was written first and last, so that it costs nothing on years of data: a column
-- that was renamed may stand beside its old name in one setting.
{{ config(severity='warn', tags=['finding']) }}

with

periods as (

    select
        periods.*,
        {{ place('settings.measurement_point_position', logger_measurement_config='settings.config_position') }} as place
    from {{ ref('calibration_periods') }} as periods
    inner join {{ ref('channel_settings') }} as settings using (channel_id, date_from)

),

claimed_together as (

    select
        older.station,
        older.measurement_point,
        older.statistic,
        older.channel_id,
        newer.channel_id as other_channel_id,
        greatest(older.date_from, newer.date_from) as date_from,
        least(older.date_to, newer.date_to) as date_to,
        array(select distinct settings.place from unnest(array[older.place, newer.place]) as settings (place)) as place,
        format(
            'end the setting that names %s of logger %s, or %s of logger %s, in the metadata',
            older.column_name, older.logger, newer.column_name, newer.logger
        ) as remedy
    from periods as older
    inner join periods as newer
        on older.station = newer.station
        and older.measurement_point = newer.measurement_point
        and older.statistic = newer.statistic
        and older.channel_id < newer.channel_id
        and older.date_from < newer.date_to
        and older.date_to > newer.date_from

),

written as (

    select
        channels.channel_id,
        first_one.timestamp as first_timestamp,
        last_one.timestamp as last_timestamp
    from (
        select channel_id from claimed_together
        union
        select other_channel_id from claimed_together
    ) as channels
    cross join
        lateral (
            select readings.timestamp
            from {{ source('raw', 'reading') }} as readings
            where readings.channel_id = channels.channel_id
            order by readings.timestamp
            limit 1
        ) as first_one
    cross join lateral (
        select readings.timestamp
        from {{ source('raw', 'reading') }} as readings
        where readings.channel_id = channels.channel_id
        order by readings.timestamp desc
        limit 1
    ) as last_one

),

doubled as (

    select
        claimed_together.station,
        claimed_together.measurement_point,
        claimed_together.statistic,
        greatest(claimed_together.date_from, written.first_timestamp, others.first_timestamp) as date_from,
        least(claimed_together.date_to, written.last_timestamp, others.last_timestamp) as date_to,
        claimed_together.place,
        claimed_together.remedy
    from claimed_together
    inner join written using (channel_id)
    inner join written as others on claimed_together.other_channel_id = others.channel_id
    where
        greatest(claimed_together.date_from, written.first_timestamp, others.first_timestamp)
        <= least(claimed_together.date_to, written.last_timestamp, others.last_timestamp)

)

select * from doubled
