-- Harm: a unit that the reference list doesn't have is not converted, and values come out as the logger gave them.
-- Where metadata name no unit that of the file's header counts.
{{ config(severity='warn', tags=['finding']) }}

with

configs as (

    select * from {{ ref('stg_task43__logger_measurement_configs') }}

),

used as (

    select
        station,
        measurement_point,
        config_position,
        unit
    from configs
    where unit is not null
    union
    select
        columns.station,
        columns.measurement_point,
        columns.config_position,
        coalesce(unit_names.unit, channels.recorded_unit) as unit
    from {{ ref('logger_columns') }} as columns
    inner join {{ ref('stg_raw__channels') }} as channels
        on metadata.same_serial(columns.logger) = metadata.same_serial(channels.logger)
        and columns.column_name = channels.column_name
        and channels.averaging_period = coalesce(columns.averaging_period, channels.averaging_period)
    inner join {{ ref('statistics') }} as statistics
        on columns.statistic = statistics.statistic and statistics.unit = 'same'
    left join {{ ref('unit_names') }} as unit_names on lower(trim(channels.recorded_unit)) = unit_names.spelling
    where columns.unit is null and channels.recorded_unit is not null

)

select
    used.station,
    used.measurement_point,
    used.unit,
    array_agg(configs.place || '.measurement_units_id' order by configs.config_position) as place,
    'name the unit in the metadata as their data model does, or add how it is spelt to the reference list' as remedy
from used
inner join configs using (station, measurement_point, config_position)
left join {{ ref('units') }} as units on used.unit = units.unit
where units.unit is null
group by used.station, used.measurement_point, used.unit
