-- Harm: directions from magnetic north are off against maps and models by the declination, which may be 20 degrees.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

magnetic as (

    select * from {{ ref('norths') }}
    where is_direction and orientation_reference = 'magnetic_north'

),

-- where the metadata say so: of a lidar or sodar, which has no mountings, how it stands
stated as (

    select station, measurement_point, orientation_reference, dead_band_deg, date_from, date_to, place
    from {{ ref('stg_task43__mountings') }}
    union all
    select station, null as measurement_point, orientation_reference, null as dead_band_deg, date_from, date_to, place
    from {{ ref('stg_task43__vertical_profiler_properties') }}

),

placed as (

    select
        magnetic.station,
        magnetic.measurement_point,
        magnetic.date_from,
        magnetic.date_to,
        magnetic.declination_deg is null as is_undeclined,
        stated.place
    from magnetic
    left join stated
        on magnetic.station = stated.station
        and magnetic.is_of_profiler = (stated.measurement_point is null)
        and magnetic.measurement_point = coalesce(stated.measurement_point, magnetic.measurement_point)
        and magnetic.orientation_reference = stated.orientation_reference
        and magnetic.date_from < coalesce(stated.date_to, 'infinity')
        and magnetic.date_to > coalesce(stated.date_from, '-infinity')
    where magnetic.declination_deg is null or (not magnetic.is_of_profiler and stated.dead_band_deg is null)

),

told as (

    select
        placed.station,
        string_agg(distinct placed.measurement_point, ', ' order by placed.measurement_point) as measurement_points,
        placed.date_from,
        placed.date_to,
        array_agg(distinct placed.place || keys.key order by placed.place || keys.key)
        filter (where placed.place is not null) as place,
        keys.remedy
    from placed
    cross join
        lateral (
            values
            (
                placed.is_undeclined, '.orientation_reference_id',
                'values stay from magnetic north; add the declination of that time to magnetic_declinations.csv'
            ),
            (
                not placed.is_undeclined, '.vane_dead_band_orientation_deg',
                'values stay from magnetic north; add the dead band, without it no declination is applied'
            )
        ) as keys (holds, key, remedy)
    where keys.holds
    group by placed.station, placed.date_from, placed.date_to, keys.remedy

)

select * from told
