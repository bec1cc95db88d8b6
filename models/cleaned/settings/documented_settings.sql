-- What metadata say of the sensors behind the columns of loggers' files, in the words of stated_settings: one row for each
-- column, property and time. The serial number is that which the logger was set to, else that of the installed sensor.
with

columns as (

    select * from {{ ref('logger_columns') }}

),

configs as (

    select * from {{ ref('stg_task43__logger_measurement_configs') }}

),

sensors as (

    select * from {{ ref('stg_task43__sensors') }}

),

periods as (

    select * from {{ ref('periods_of_validity') }} where kind = 'sensor'

),

units as (

    select * from {{ ref('units') }}

),

programmed as (

    select
        columns.*,
        configs.sensor_serial_number,
        coalesce(configs.height_m, columns.height_m) as programmed_height_m
    from columns
    inner join configs using (station, measurement_point, config_position)

),

installed as (

    select
        programmed.*,
        sensors.serial_number,
        (periods.date_from - programmed.utc_offset) at time zone 'UTC' as installed_at,
        (periods.date_to - programmed.utc_offset) at time zone 'UTC' as removed_at
    from programmed
    inner join sensors using (station, measurement_point)
    inner join periods
        on sensors.station = periods.station
        and sensors.measurement_point = periods.measurement_point
        and sensors.sensor_position = periods.position
    where programmed.sensor_serial_number is null

),

given as (

    select
        programmed.logger,
        programmed.column_name,
        programmed.station,
        programmed.measurement_point,
        programmed.statistic,
        programmed.unit as recorded_unit,
        programmed.date_from,
        programmed.date_to,
        documented.what,
        documented.number::numeric as number,
        documented.word
    from programmed
    cross join
        lateral (
            values
            ('slope', programmed.slope, null),
            ('offset', programmed."offset", null),
            ('height', programmed.programmed_height_m, null),
            -- a turbulence intensity has no unit of the quantity, nor has a number of samples
            (
                'unit',
                null,
                case
                    when programmed.statistic in ('ti', 'ti30sec', 'count', 'availability', 'quality') then null
                    else programmed.unit
                end
            ),
            ('serial_number', null, nullif(trim(programmed.sensor_serial_number), ''))
        ) as documented (what, number, word)
    union all
    select
        logger,
        column_name,
        station,
        measurement_point,
        statistic,
        unit as recorded_unit,
        greatest(date_from, installed_at) as date_from,
        least(date_to, removed_at) as date_to,
        'serial_number' as what,
        null as number,
        nullif(trim(serial_number), '') as word
    from installed
    where installed_at < date_to and removed_at > date_from

),

comparable as (

    select
        given.logger,
        given.column_name,
        given.station,
        given.measurement_point,
        given.statistic,
        given.date_from,
        given.date_to,
        given.what,
        given.number,
        units.unit,
        {{ comparable('given', 'units') }},
        case
            when given.what = 'height' then trim_scale(given.number) || ' m'
            else coalesce(given.word, concat_ws(' ', trim_scale(given.number), given.recorded_unit))
        end as shown
    from given
    left join units on given.recorded_unit = units.unit
    where given.number is not null or given.word is not null

)

select * from comparable
