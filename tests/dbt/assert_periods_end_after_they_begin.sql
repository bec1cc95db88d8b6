-- Harm: a period that ends before it begins never holds, so what it says is not used at all.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

stated as (

    select station, serial as name, 'logger' as history, date_from, date_to, place
    from {{ ref('stg_task43__loggers') }}
    union all
    select station, measurement_point as name, 'logger measurement configuration' as history, date_from, date_to, place
    from {{ ref('stg_task43__logger_measurement_configs') }}
    union all
    select station, measurement_point as name, 'sensor' as history, date_from, date_to, place
    from {{ ref('stg_task43__sensors') }}
    union all
    select station, measurement_point as name, 'mounting' as history, date_from, date_to, place
    from {{ ref('stg_task43__mountings') }}
    union all
    select station, null as name, 'vertical profiler' as history, date_from, date_to, place
    from {{ ref('stg_task43__vertical_profiler_properties') }}

)

select
    station,
    name,
    history,
    date_from,
    date_to,
    place || '.date_to' as place,
    'correct its dates in the metadata' as remedy
from stated
where date_from >= date_to
