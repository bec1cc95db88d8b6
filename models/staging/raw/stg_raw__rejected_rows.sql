-- Lines, or single cells of lines, that could not be read: one row each.
with

source as (

    select * from {{ source('raw', 'rejected_row') }}

),

renamed as (

    select
        file_id,
        line,
        reason,

        -- what was lost with it, as far as its stamp could be read
        readings,
        timestamp,
        channel_ids
    from source

)

select * from renamed
