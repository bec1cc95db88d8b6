-- Sensors as they were installed at a measurement point: one row for each sensor and its time.
with

source as (

    select
        location.station,
        point.name as measurement_point,
        point.position as measurement_point_position,
        sensor.content,
        sensor.position
    from {{ source('task43', 'current_location') }} as location
    {{ each_point('location.content') }}
    {{ each_of('point.content', 'sensor', 'sensor') }}

),

renamed as (

    select
        -- which
        station,
        measurement_point,
        position as sensor_position,
        nullif(trim(content ->> 'serial_number'), '') as serial_number,
        nullif(content ->> 'oem', '') as manufacturer,
        nullif(content ->> 'model', '') as model,
        content ->> 'sensor_type_id' as sensor_type,
        (content ->> 'is_heated')::boolean as is_heated,

        -- dates, on the logger's clock
        (content ->> 'date_from')::timestamp as date_from,
        (content ->> 'date_to')::timestamp as date_to,

        -- where it stands
        {{ place('measurement_point_position', sensor='position') }} as place
    from source

)

select * from renamed
