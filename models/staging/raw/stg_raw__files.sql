-- The import ledger: one row for each file content that was ever received.
with

source as (

    select * from {{ source('raw', 'file') }}

),

renamed as (

    select
        file_id,
        continues_file_id,
        sha256,
        path,
        format,
        logger,
        state,

        -- clock that was applied to its stamps
        utc_offset,
        timestamp_is_end_of_period,

        -- what its header says of sensors
        header -> 'settings' as settings,
        settings_digest,
        to_jsonb(settings_dates) as settings_dates,
        coalesce(settings_table, '') as table_name,
        programs,

        -- what it says of a lidar or sodar
        (header ->> 'device_orientation_deg')::double precision as device_orientation_deg,

        -- span
        first_timestamp,
        last_timestamp,
        received_at,
        loaded_at,

        -- readings
        readings_new,
        readings_same,
        readings_changed,
        readings_kept,
        readings_rejected
    from source

)

select * from renamed
