-- Harm: a unit that the reference list doesn't have is not converted, and values come out as the logger gave them.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

select distinct
    columns.station,
    columns.measurement_point,
    columns.unit,
    'add the unit to the reference list, or name another one in the metadata' as remedy
from {{ ref('logger_columns') }} as columns
left join {{ ref('units') }} as units on columns.unit = units.unit
where columns.unit is not null and units.unit is null
