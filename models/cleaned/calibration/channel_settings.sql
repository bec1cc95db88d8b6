-- Every channel that metadata names, cut wherever its logger setting, sensor, mounting or north changes: what was in force in
-- each piece. The setting is the base: where sensor, mounting or north are not known the piece stays, without their numbers.
-- Of settings that overlap the one that began later holds.
with

channels as (

    select * from {{ ref('stg_raw__channels') }}

),

columns as (

    select * from {{ ref('logger_columns') }}

),

unit_names as (

    select * from {{ ref('unit_names') }}

),

periods as (

    select station, measurement_point, kind, position, date_from, date_to
    from {{ ref('periods_of_validity') }}
    where kind in ('sensor', 'mounting')
    union all
    select station, measurement_point, 'north' as kind, north_position as position, date_from, date_to
    from {{ ref('norths') }}
    where is_direction

),

claimed as (

    select
        channels.channel_id,
        channels.averaging_period,
        coalesce(columns.unit, unit_names.unit, channels.recorded_unit) as unit,
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
        columns.date_from,
        columns.date_to
    from channels
    inner join columns
        on metadata.same_serial(channels.logger) = metadata.same_serial(columns.logger)
        and channels.column_name = columns.column_name
        and channels.averaging_period = coalesce(columns.averaging_period, channels.averaging_period)
    left join unit_names on lower(trim(channels.recorded_unit)) = unit_names.spelling

),

-- sensors, mountings and norths of the channel's measurement points, in UTC, and for how long the point had the channel
histories as (

    select distinct
        claimed.channel_id,
        claimed.date_from as claimed_from,
        claimed.date_to as claimed_to,
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
    select histories.channel_id, bounds.changes_at
    from histories
    cross join lateral (values (histories.date_from), (histories.date_to)) as bounds (changes_at)
    where bounds.changes_at > histories.claimed_from and bounds.changes_at < histories.claimed_to

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
        claimed.measurement_point_position,
        claimed.config_position,
        claimed.slope,
        claimed."offset",
        claimed.sensitivity,
        claimed.unit
    from stretches
    inner join claimed
        on stretches.channel_id = claimed.channel_id
        and stretches.date_from >= claimed.date_from
        and stretches.date_to <= claimed.date_to
    order by
        stretches.channel_id, stretches.date_from,
        claimed.date_from desc, claimed.measurement_point_position, claimed.config_position

),

in_force as (

    select distinct on (with_setting.channel_id, with_setting.date_from, histories.kind)
        with_setting.channel_id,
        with_setting.date_from,
        histories.kind,
        histories.position
    from with_setting
    inner join histories
        on with_setting.channel_id = histories.channel_id
        and with_setting.measurement_point = histories.measurement_point
        and with_setting.date_from >= histories.date_from
        and with_setting.date_to <= histories.date_to
    order by
        with_setting.channel_id, with_setting.date_from, histories.kind,
        histories.date_from desc, histories.position

),

side_by_side as (

    select
        channel_id,
        date_from,
        max(position) filter (where kind = 'sensor') as sensor_position,
        max(position) filter (where kind = 'mounting') as mounting_position,
        max(position) filter (where kind = 'north') as north_position
    from in_force
    group by channel_id, date_from

),

settings as (

    select
        with_setting.*,
        side_by_side.sensor_position,
        side_by_side.mounting_position,
        side_by_side.north_position
    from with_setting
    left join side_by_side using (channel_id, date_from)

)

select * from settings
