-- The import ledger: one row for each file content that was ever received.
with

source as (

    select * from {{ source('raw', 'file') }}

),

renamed as (

    select
        file_id,
        sha256,
        path,
        logger,
        state,

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
