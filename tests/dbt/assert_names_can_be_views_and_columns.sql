-- Harm: Postgres cuts names at 63 bytes, and a station can't have the name of a table of ours: it gets no wide view.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

named as (

    select
        station,
        measurement_point || '_' || statistic as name,
        'shorten the name of the measurement point in the metadata' as remedy
    from {{ ref('point_statistics') }}
    union all
    select
        station,
        station as name,
        'shorten the name of the station in the metadata' as remedy
    from {{ ref('measurement_stations') }}

),

taken as (

    select
        station,
        station as name,
        'give the station another name in the metadata: exports has a table of that name' as remedy
    from {{ ref('measurement_stations') }}
    where station = any(array{{ names_of_models('exports') }}::text[])

)

select * from named
where octet_length(name) > 63
union all
select * from taken
