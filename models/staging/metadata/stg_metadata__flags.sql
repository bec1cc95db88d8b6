-- Erroneous periods set at run time: one row each, withdrawn ones too.
with

source as (

    select * from {{ source('metadata', 'flag') }}

),

renamed as (

    select
        flag_id,

        -- what it takes
        station,
        sensor,
        measurement_point,
        measurement_type,
        statistic,
        date_from,
        date_to,

        -- why
        reason,
        remark,
        source,

        -- by whom
        created_at,
        created_by,
        withdrawn_at,
        withdrawn_by
    from source

)

select * from renamed
