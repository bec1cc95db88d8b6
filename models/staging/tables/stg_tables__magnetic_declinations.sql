-- How far magnetic north lies east of true north at a station, as its team states it: one row each for a time.
with

source as (

    select * from {{ source('tables', 'current_team_row') }} where table_name = 'magnetic_declinations'

),

renamed as (

    select
        -- where, and how far
        metadata.slug(cells ->> 'station') as station,
        (cells ->> 'declination_deg')::double precision as declination_deg,
        cells ->> 'remark' as remark,

        -- dates, on the logger's clock
        (cells ->> 'date_from')::timestamp as date_from,
        (cells ->> 'date_to')::timestamp as date_to,

        -- by whom
        line,
        imported_at,
        imported_by
    from source

)

select * from renamed
