-- What files say of the sensors behind their columns: slope, offset, unit, serial number and height, from when on.
-- Of settings that a header lists with their dates those count that hold within the file's own time.
{{ config(materialized='view') }}

with

telling as (

    select * from {{ ref('telling_files') }}

),

files as (

    select * from {{ ref('stg_raw__files') }}

),

units as (

    select * from {{ ref('units') }}

),

spellings as (

    select * from {{ ref('unit_names') }}

),

listed as (

    select
        telling.*,
        stated.setting,
        stated.place,
        case
            when pg_input_is_valid(stated.setting ->> 'date_from', 'timestamp')
                then ((stated.setting ->> 'date_from')::timestamp - files.utc_offset) at time zone 'UTC'
        end as begins_at
    from telling
    inner join files using (file_id)
    cross join
        lateral
        jsonb_path_query(files.settings, '$[*] ? (@.type() == "object")') with ordinality as stated (setting, place)

),

of_columns as (

    select
        listed.*,
        named.content #>> '{}' as column_name,
        greatest(listed.first_timestamp, listed.begins_at) as valid_from
    from listed
    cross join lateral jsonb_path_query(listed.setting, '$.columns[*]') as named (content)
    where listed.begins_at is null or listed.begins_at <= listed.last_timestamp

),

followed as (

    select
        *,
        lead(valid_from) over (partition by file_id, column_name order by begins_at nulls first, place) as next_from
    from of_columns

),

given as (

    select
        followed.file_id,
        followed.logger,
        followed.table_name,
        followed.column_name,
        -- since when the file before says nothing any more
        case
            when followed.valid_from > followed.first_timestamp then followed.first_timestamp
            else coalesce(followed.previous_timestamp, followed.first_timestamp)
        end as not_before,
        followed.valid_from,
        coalesce(followed.next_from, followed.last_timestamp) as valid_to,
        stated.what,
        stated.number::numeric as number,
        stated.word,
        nullif(trim(followed.setting ->> 'unit'), '') as spelt_unit
    from followed
    cross join
        lateral (
            values
            ('slope', jsonb_path_query_first(followed.setting, '$.slope ? (@.type() == "number")'), null),
            ('offset', jsonb_path_query_first(followed.setting, '$.offset ? (@.type() == "number")'), null),
            ('height', jsonb_path_query_first(followed.setting, '$.height_m ? (@.type() == "number")'), null),
            ('unit', null, nullif(trim(followed.setting ->> 'unit'), '')),
            ('serial_number', null, nullif(trim(followed.setting ->> 'serial_number'), ''))
        ) as stated (what, number, word)
    where
        (followed.next_from is null or followed.next_from > followed.valid_from)
        and (stated.number is not null or stated.word is not null)

),

comparable as (

    select
        given.file_id,
        given.logger,
        given.table_name,
        given.column_name,
        given.not_before,
        given.valid_from,
        given.valid_to,
        given.what,
        given.number,
        units.unit,
        {{ comparable('given', 'units') }},
        case
            when given.what = 'height' then trim_scale(given.number) || ' m'
            else coalesce(given.word, concat_ws(' ', trim_scale(given.number), given.spelt_unit))
        end as shown
    from given
    left join spellings on lower(given.spelt_unit) = spellings.spelling
    left join units on spellings.unit = units.unit
    -- numbers in a unit that nobody knows can't be compared; that it isn't known is told by the unit
    where given.what not in ('slope', 'offset') or given.spelt_unit is null or units.unit is not null

)

select * from comparable
