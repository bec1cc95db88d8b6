-- Certificates that a team chose by hand, where the rule of dates would take another: one row each. A blank cell means all.
with

source as (

    select * from {{ source('tables', 'current_team_row') }} where table_name = 'calibration_choices'

),

renamed as (

    select
        -- of which sensor
        metadata.slug(cells ->> 'station') as station,
        cells ->> 'serial_number' as serial_number,
        cells ->> 'measurement_point' as measurement_point,
        (cells ->> 'sensor_date_from')::timestamp as sensor_date_from,

        -- what is chosen
        cells ->> 'certificate' as certificate,
        (cells ->> 'date_of_calibration')::date as calibrated_on,
        cells ->> 'remark' as remark,

        -- by whom
        line,
        imported_at,
        imported_by
    from source

)

select * from renamed
