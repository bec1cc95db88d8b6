-- How the sensors of a measurement point were mounted: one row for each mounting and its time.
with

source as (

    select
        location.station,
        point.name as measurement_point,
        point.position as measurement_point_position,
        mounting.content,
        mounting.position
    from {{ source('task43', 'current_location') }} as location
    {{ each_point('location.content') }}
    {{ each_of('point.content', 'mounting_arrangement', 'mounting') }}

),

renamed as (

    select
        -- which
        station,
        measurement_point,
        position as mounting_position,
        content ->> 'mounting_type_id' as mounting_type,

        -- angles
        (content ->> 'boom_orientation_deg')::double precision as boom_orientation_deg,
        (content ->> 'vane_dead_band_orientation_deg')::double precision as dead_band_deg,
        content ->> 'orientation_reference_id' as orientation_reference,

        -- dates, on the logger's clock
        (content ->> 'date_from')::timestamp as date_from,
        (content ->> 'date_to')::timestamp as date_to,

        -- where it stands
        {{ place('measurement_point_position', mounting_arrangement='position') }} as place
    from source

)

select * from renamed
