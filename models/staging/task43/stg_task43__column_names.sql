-- Columns of the logger's files that a setting names: one row each.
with

source as (

    select
        location.station,
        point.name as measurement_point,
        point.position as measurement_point_position,
        config.position as config_position,
        named.content,
        named.position
    from {{ source('task43', 'current_location') }} as location
    {{ each_point('location.content') }}
    {{ each_of('point.content', 'logger_measurement_config', 'config') }}
    {{ each_of('config.content', 'column_name', 'named') }}

),

renamed as (

    select
        station,
        measurement_point,
        config_position,
        position as column_position,
        content ->> 'column_name' as column_name,
        content ->> 'statistic_type_id' as statistic,
        coalesce((content ->> 'is_ignored')::boolean, false) as is_ignored,
        {{ place('measurement_point_position', logger_measurement_config='config_position', column_name='position') }} as place
    from source

)

select * from renamed
