-- How units are spelt in the headers of files, in small letters, with the unit that is meant.
{{ config(materialized='view') }}

with

units as (

    select * from {{ ref('units') }}

),

spellings as (

    select * from {{ ref('unit_spellings') }}

),

named as (

    select
        lower(unit) as spelling,
        unit
    from units
    union
    select
        spelling,
        unit
    from spellings

)

select * from named
