-- Harm: a speed in hPa is converted as a pressure, and no value after it is right.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

select
    configs.station,
    configs.measurement_point,
    points.measurement_type,
    configs.unit,
    array_agg(configs.place || '.measurement_units_id' order by configs.config_position) as place,
    'correct the measurement_units_id of its logger_measurement_config, or its measurement_type_id' as remedy
from {{ ref('stg_task43__logger_measurement_configs') }} as configs
inner join {{ ref('stg_task43__measurement_points') }} as points using (station, measurement_point)
inner join {{ ref('measurement_types') }} as measurement_types using (measurement_type)
inner join {{ ref('units') }} as units on configs.unit = units.unit
where measurement_types.quantity <> units.quantity
group by configs.station, configs.measurement_point, points.measurement_type, configs.unit
