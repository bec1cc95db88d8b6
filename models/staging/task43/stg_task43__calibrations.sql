-- Calibration certificates, as the latest documents give them: one row each.
with

source as (

    select
        location.station,
        point.name as measurement_point,
        point.position as measurement_point_position,
        sensor.position as sensor_position,
        certificate.content,
        certificate.position
    from {{ source('task43', 'current_location') }} as location
    {{ each_point('location.content') }}
    {{ each_of('point.content', 'sensor', 'sensor') }}
    {{ each_of('sensor.content', 'calibration', 'certificate') }}

),

renamed as (

    select
        -- whose
        station,
        measurement_point,
        sensor_position,
        position as calibration_position,
        content ->> 'measurement_type_id' as measurement_type,

        -- numbers
        (content ->> 'slope')::double precision as slope,
        (content ->> 'offset')::double precision as "offset",
        (content ->> 'sensitivity')::double precision as sensitivity,

        -- the paper
        coalesce(nullif(content ->> 'calibration_id', ''), nullif(content ->> 'report_file_name', '')) as certificate,
        nullif(content ->> 'calibration_organisation', '') as organisation,
        (content ->> 'date_of_calibration')::date as calibrated_on,

        -- where it stands
        {{ place('measurement_point_position', sensor='sensor_position', calibration='position') }} as place
    from source

)

select * from renamed
