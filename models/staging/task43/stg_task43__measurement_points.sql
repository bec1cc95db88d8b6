-- Measurement points of a station: one quantity at one height each.
with

source as (

    select
        location.station,
        point.content,
        point.position
    from {{ source('task43', 'current_location') }} as location
    {{ each_of('location.content', 'measurement_point', 'point') }}

),

renamed as (

    select
        station,
        content ->> 'name' as measurement_point,
        position as measurement_point_position,
        content ->> 'measurement_type_id' as measurement_type,
        (content ->> 'height_m')::double precision as height_m
    from source

)

select * from renamed
