-- What a logger was set to for a measurement point: one row for each setting and its time.
with

source as (

    select
        location.station,
        point.name as measurement_point,
        point.position as measurement_point_position,
        config.content,
        config.position
    from {{ source('task43', 'current_location') }} as location
    {{ each_point('location.content') }}
    {{ each_of('point.content', 'logger_measurement_config', 'config') }}

),

renamed as (

    select
        -- whose
        station,
        measurement_point,
        position as config_position,
        nullif(trim(content ->> 'serial_number'), '') as sensor_serial_number,

        -- numbers
        (content ->> 'slope')::double precision as slope,
        (content ->> 'offset')::double precision as "offset",
        (content ->> 'sensitivity')::double precision as sensitivity,
        content ->> 'measurement_units_id' as unit,
        (content ->> 'height_m')::double precision as height_m,

        -- dates, on the logger's clock
        (content ->> 'date_from')::timestamp as date_from,
        (content ->> 'date_to')::timestamp as date_to,

        -- where it stands
        {{ place('measurement_point_position', logger_measurement_config='position') }} as place
    from source

)

select * from renamed
