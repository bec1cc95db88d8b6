-- Stations, as the latest documents give them: one row each.
with

source as (

    select * from {{ source('task43', 'current_location') }}

),

renamed as (

    select
        station,
        content ->> 'name' as name,
        content ->> 'measurement_station_type_id' as station_type,

        -- where
        (content ->> 'latitude_ddeg')::double precision as latitude,
        (content ->> 'longitude_ddeg')::double precision as longitude,

        -- from which document
        document_id,
        imported_at
    from source

)

select * from renamed
