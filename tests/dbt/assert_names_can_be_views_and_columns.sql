-- Harm: Postgres cuts names at 63 bytes, and a station can't have the name of a table of ours: it gets no wide view. Names that
-- differ by case or blanks alone are one name to most programs that read an export.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

points as (

    select
        station,
        measurement_point,
        place || '.name' as place,
        lower(regexp_replace(trim(measurement_point), '\s+', ' ', 'g')) as plain_name
    from {{ ref('stg_task43__measurement_points') }}

),

named as (

    select
        measured.station,
        measured.measurement_point || '_' || measured.statistic as name,
        array[points.place] as place,
        'shorten the name of the measurement point in the metadata' as remedy
    from {{ ref('point_statistics') }} as measured
    inner join points using (station, measurement_point)
    union all
    select
        station,
        station as name,
        array['name'] as place,
        'shorten the name of the station in the metadata' as remedy
    from {{ ref('measurement_stations') }}

),

taken as (

    select
        station,
        station as name,
        array['name'] as place,
        'give the station another name in the metadata: exports has a table of that name' as remedy
    from {{ ref('measurement_stations') }}
    where station = any(array{{ names_of_models('exports') }}::text[])

),

alike as (

    select
        station,
        string_agg(measurement_point, ' and ' order by measurement_point) as name,
        array_agg(place order by measurement_point) as place,
        'give them names that differ by more than case and blanks' as remedy
    from points
    group by station, plain_name
    having count(*) > 1

)

select * from named
where octet_length(name) > 63
union all
select * from taken
union all
select * from alike
