-- Stations, and what the head of an export says about them.
with

stations as (

    select * from {{ ref('measurement_stations') }}

),

placed as (

    select
        station,
        name,
        latitude,
        longitude,
        -- IEA Task 43 has no word for it
        null::double precision as elevation_m,
        utc_offset,
        station_type,
        averaging_period
    from stations

)

select * from placed
