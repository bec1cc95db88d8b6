-- Main configurations of a station's loggers: one row each. What a document leaves open is filled as its import said.
with

source as (

    select
        location.station,
        location.utc_offset_hours,
        location.timestamps,
        logger.content,
        logger.position
    from {{ source('task43', 'current_location') }} as location
    {{ each_of('location.content', 'logger_main_config', 'logger') }}

),

renamed as (

    select
        -- whose
        station,
        position as logger_position,
        content ->> 'logger_serial_number' as serial,
        nullif(content ->> 'logger_id', '') as logger_id,
        nullif(content ->> 'logger_name', '') as logger_name,
        content ->> 'logger_oem_id' as manufacturer,
        nullif(content ->> 'logger_model_name', '') as model,

        -- clock
        coalesce((content ->> 'offset_from_utc_hrs')::double precision, utc_offset_hours)
        * interval '1 hour' as utc_offset,
        coalesce((content ->> 'timestamp_is_end_of_period')::boolean, timestamps = 'end') as timestamp_is_end_of_period,
        (content ->> 'averaging_period_minutes')::double precision * interval '1 minute' as averaging_period,

        -- dates, on the logger's clock
        (content ->> 'date_from')::timestamp as date_from,
        (content ->> 'date_to')::timestamp as date_to,

        -- where it stands
        {{ place(logger_main_config='position') }} as place
    from source

)

select * from renamed
