-- Measurement points of a station: one quantity at one height each.
with

source as (

    select
        location.station,
        point.content,
        point.name,
        point.position
    from {{ source('task43', 'current_location') }} as location
    {{ each_point('location.content') }}

),

renamed as (

    select
        station,
        name as measurement_point,
        position as measurement_point_position,
        content ->> 'measurement_type_id' as measurement_type,
        (content ->> 'height_m')::double precision as height_m,
        {{ place('position') }} as place
    from source

)

select * from renamed
