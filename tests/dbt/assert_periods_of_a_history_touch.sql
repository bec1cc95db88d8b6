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

-- not of neighbours alone: a long period may reach over several short ones
overlapping as (

    select
        older.station,
        older.name,
        older.history,
        older.date_to,
        newer.date_from as next_from,
        older.place,
        newer.place as next_place
    from stated as older
    inner join stated as newer
        on older.station = newer.station
        and older.name is not distinct from newer.name
        and older.history = newer.history
        and (coalesce(older.date_from, '-infinity'), older.place) < (coalesce(newer.date_from, '-infinity'), newer.place)
        and newer.date_from < coalesce(older.date_to, 'infinity')

),

apart as (

    select station, name, history, date_to, next_from, place, next_place
    from followed
    where next_from > date_to and next_from < date_to + averaging_period

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
    from (
        select * from overlapping
        union all
        select * from apart
    ) as found

)

select * from judged
