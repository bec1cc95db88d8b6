-- Months of measurement points as the gap ledger counted them last.
with

source as (

    select * from {{ source('ops', 'counted_month') }}

),

renamed as (

    select
        station,
        measurement_point,
        month,
        made_of,
        counted_at
    from source

)

select * from renamed
