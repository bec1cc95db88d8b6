-- Harm: a unit that the reference list doesn't have is not converted, and values come out as the logger gave them.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

select
    configs.station,
    configs.measurement_point,
    configs.unit,
    array_agg(configs.place || '.measurement_units_id' order by configs.config_position) as place,
    'add the unit to the reference list, or name another one in the metadata' as remedy
from {{ ref('stg_task43__logger_measurement_configs') }} as configs
left join {{ ref('units') }} as units on configs.unit = units.unit
where configs.unit is not null and units.unit is null
group by configs.station, configs.measurement_point, configs.unit
