-- Columns that loggers have sent, as the headers of their files give them: one row each.
with

source as (

    select * from {{ source('raw', 'channel') }}

),

renamed as (

    select
        channel_id,

        -- whose
        logger,
        table_name,
        averaging_period,

        -- what the header says
        column_name,
        nullif(unit, '') as recorded_unit,
        statistic as recorded_statistic
    from source

)

select * from renamed
