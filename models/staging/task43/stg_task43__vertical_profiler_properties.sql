-- How a lidar or sodar stood: one row for each placing and its time.
with

source as (

    select
        location.station,
        standing.content,
        standing.position
    from {{ source('task43', 'current_location') }} as location
    {{ each_of('location.content', 'vertical_profiler_properties', 'standing') }}

),

renamed as (

    select
        -- which
        station,
        position as profiler_position,

        -- how it stood
        (content ->> 'device_orientation_deg')::double precision as device_orientation_deg,
        content ->> 'orientation_reference_id' as orientation_reference,
        (content ->> 'device_datum_plane_height_m')::double precision as datum_plane_height_m,
        content ->> 'height_reference_id' as height_reference,
        content ->> 'device_vertical_orientation' as vertical_orientation,

        -- dates, on the logger's clock
        (content ->> 'date_from')::timestamp as date_from,
        (content ->> 'date_to')::timestamp as date_to,

        -- where it stands
        {{ place(vertical_profiler_properties='position') }} as place
    from source

)

select * from renamed
