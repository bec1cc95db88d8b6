-- Each change of readings, flags, metadata or rules, and the time that it touches.
with

source as (

    select * from {{ source('ops', 'changed_span') }}

),

renamed as (

    select
        changed_span_id,

        -- what
        station,
        channel_id,
        cause,

        -- when it lies, and when it came
        date_from,
        date_to,
        transaction,
        at as changed_at
    from source

)

select * from renamed
