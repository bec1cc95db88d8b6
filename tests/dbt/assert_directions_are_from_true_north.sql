-- Harm: directions from magnetic north are off against maps and models by the declination, which may be 20 degrees.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

undeclined as (

    select * from {{ ref('norths') }}
    where is_direction and orientation_reference = 'magnetic_north' and declination_deg is null

),

-- where the metadata say so: of a lidar or sodar, which has no mountings, how it stands
stated as (

    select station, measurement_point, orientation_reference, date_from, date_to, place
    from {{ ref('stg_task43__mountings') }}
    union all
    select station, null as measurement_point, orientation_reference, date_from, date_to, place
    from {{ ref('stg_task43__vertical_profiler_properties') }}

),

placed as (

    select
        undeclined.station,
        undeclined.measurement_point,
        undeclined.date_from,
        undeclined.date_to,
        stated.place || '.orientation_reference_id' as place
    from undeclined
    left join stated
        on undeclined.station = stated.station
        and undeclined.is_of_profiler = (stated.measurement_point is null)
        and undeclined.measurement_point = coalesce(stated.measurement_point, undeclined.measurement_point)
        and undeclined.orientation_reference = stated.orientation_reference
        and undeclined.date_from < coalesce(stated.date_to, 'infinity')
        and undeclined.date_to > coalesce(stated.date_from, '-infinity')

),

told as (

    select
        station,
        string_agg(distinct measurement_point, ', ' order by measurement_point) as measurement_points,
        date_from,
        date_to,
        array_agg(distinct place order by place) filter (where place is not null) as place,
        'values stay from magnetic north; add the declination of that time to magnetic_declinations.csv' as remedy
    from placed
    group by station, date_from, date_to

)

select * from told
