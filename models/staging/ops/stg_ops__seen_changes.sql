-- Which changes are in each model that is kept up to date span by span; what another cluster's snapshots saw tells nothing here.
with

source as (

    select * from {{ source('ops', 'seen_change') }} where cluster = ops.cluster()

),

renamed as (

    select
        model,
        station,
        made_of,
        snapshot::text as snapshot,
        seen_at
    from source

)

select * from renamed
