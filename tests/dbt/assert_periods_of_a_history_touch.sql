-- Harm: a hole of minutes between two periods was surely not meant, and of two that overlap only the later one holds.
-- Holes of under one averaging period are closed by us; longer ones are left, since nothing may have been measured then.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

stated as (

    select station, measurement_point as name, 'logger measurement configuration' as history, date_from, date_to, place
    from {{ ref('stg_task43__logger_measurement_configs') }}
    union all
    select station, measurement_point as name, 'sensor' as history, date_from, date_to, place
    from {{ ref('stg_task43__sensors') }}
    union all
    select station, measurement_point as name, 'mounting' as history, date_from, date_to, place
    from {{ ref('stg_task43__mountings') }}
    union all
    select station, serial as name, 'logger' as history, date_from, date_to, place
    from {{ ref('stg_task43__loggers') }}
    union all
    select station, null as name, 'vertical profiler' as history, date_from, date_to, place
    from {{ ref('stg_task43__vertical_profiler_properties') }}

),

cadences as (

    select
        station,
        min(averaging_period) as averaging_period
    from {{ ref('stg_task43__loggers') }}
    group by station

),

followed as (

    select
        stated.*,
        cadences.averaging_period,
        lead(stated.date_from) over in_time as next_from,
        lead(stated.place) over in_time as next_place
    from stated
    left join cadences on stated.station = cadences.station
    window in_time as (partition by stated.station, stated.name, stated.history order by stated.date_from, stated.place)

),

judged as (

    select
        station,
        name,
        history,
        date_to,
        next_from,
        array[place || '.date_to', next_place || '.date_from'] as place,
        'let the older one end when the next begins' as remedy
    from followed
    where
        next_from < coalesce(date_to, 'infinity')
        or (next_from > date_to and next_from < date_to + averaging_period)

)

select * from judged
