-- Values that lost against another one for the same stamp: of another file, or of a later row.
with

source as (

    select * from {{ source('raw', 'superseded_reading') }}

),

renamed as (

    select
        timestamp,
        channel_id,

        -- what lost
        file_id,
        value,

        -- against what, and when
        superseded_by_file_id,
        superseded_by_line,
        superseded_at
    from source

)

select * from renamed
