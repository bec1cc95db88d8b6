-- What a team sets other than the defaults of the quality rules: one row each. A blank cell means all.
with

source as (

    select * from {{ source('tables', 'current_team_row') }} where table_name = 'quality_rules'

),

renamed as (

    select
        -- where it holds
        metadata.slug(cells ->> 'station') as station,
        cells ->> 'sensor' as sensor,
        cells ->> 'measurement_type' as measurement_type,
        cells ->> 'statistic' as statistic,

        -- what is set
        cells ->> 'rule' as rule,
        cells ->> 'parameter' as parameter,
        cells ->> 'value' as value,
        cells ->> 'remark' as remark,

        -- by whom
        line,
        imported_at,
        imported_by
    from source

)

select * from renamed
