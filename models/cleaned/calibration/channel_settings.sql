-- Every channel that metadata names, cut wherever its logger setting, sensor or mounting changes: what was in force in each
-- piece. The setting is the base: where sensor, certificate or mounting are not known the piece stays, without their numbers.
-- Of settings that overlap the one that began later holds.
with

channels as (

    select * from {{ ref('stg_raw__channels') }}

),

columns as (

    select * from {{ ref('logger_columns') }}

),

periods as (

    select * from {{ ref('periods_of_validity') }} where kind in ('sensor', 'mounting')

),

claimed as (

    select
        channels.channel_id,
        channels.averaging_period,
        channels.recorded_unit,
        columns.logger,
        columns.column_name,
        columns.utc_offset,
        columns.station,
        columns.measurement_point,
        columns.measurement_point_position,
        columns.measurement_type,
        columns.height_m,
        columns.statistic,
        columns.config_position,
        columns.slope,
        columns."offset",
        columns.sensitivity,
        columns.unit,
        columns.date_from,
        columns.date_to
    from channels
    inner join columns
        on metadata.same_serial(channels.logger) = metadata.same_serial(columns.logger)
        and channels.column_name = columns.column_name
        and channels.averaging_period = coalesce(columns.averaging_period, channels.averaging_period)

),

-- sensors and mountings of the channel's measurement points, in UTC
histories as (

    select distinct
        claimed.channel_id,
        claimed.measurement_point,
        periods.kind,
        periods.position,
        (periods.date_from - claimed.utc_offset) at time zone 'UTC' as date_from,
        (periods.date_to - claimed.utc_offset) at time zone 'UTC' as date_to
    from claimed
    inner join periods using (station, measurement_point)

),

changes as (

    select channel_id, date_from as changes_at from claimed
    union
    select channel_id, date_to as changes_at from claimed
    union
    select channel_id, date_from as changes_at from histories
    union
    select channel_id, date_to as changes_at from histories

),

stretches as (

    select
        channel_id,
        changes_at as date_from,
        lead(changes_at) over (partition by channel_id order by changes_at) as date_to
    from changes

),

with_setting as (

    select distinct on (stretches.channel_id, stretches.date_from)
        stretches.channel_id,
        stretches.date_from,
        stretches.date_to,
        claimed.averaging_period,
        claimed.logger,
        claimed.column_name,
        claimed.station,
        claimed.measurement_point,
        claimed.measurement_type,
        claimed.height_m,
        claimed.statistic,
        claimed.config_position,
        claimed.slope,
        claimed."offset",
        claimed.sensitivity,
        coalesce(claimed.unit, claimed.recorded_unit) as unit
    from stretches
    inner join claimed
        on stretches.channel_id = claimed.channel_id
        and stretches.date_from >= claimed.date_from
        and stretches.date_to <= claimed.date_to
    order by
        stretches.channel_id, stretches.date_from,
        claimed.date_from desc, claimed.measurement_point_position, claimed.config_position

),

with_sensor as (

    select distinct on (with_setting.channel_id, with_setting.date_from)
        with_setting.*,
        histories.position as sensor_position
    from with_setting
    left join histories
        on with_setting.channel_id = histories.channel_id
        and with_setting.measurement_point = histories.measurement_point
        and histories.kind = 'sensor'
        and with_setting.date_from >= histories.date_from
        and with_setting.date_to <= histories.date_to
    order by with_setting.channel_id, with_setting.date_from, histories.date_from desc, histories.position

),

with_mounting as (

    select distinct on (with_sensor.channel_id, with_sensor.date_from)
        with_sensor.*,
        histories.position as mounting_position
    from with_sensor
    left join histories
        on with_sensor.channel_id = histories.channel_id
        and with_sensor.measurement_point = histories.measurement_point
        and histories.kind = 'mounting'
        and with_sensor.date_from >= histories.date_from
        and with_sensor.date_to <= histories.date_to
    order by with_sensor.channel_id, with_sensor.date_from, histories.date_from desc, histories.position

)

select * from with_mounting
