-- Turbulence intensities from the re-calibrated deviation and average, as the logger had them from its own numbers.
-- A view, and only for channels that need it: nothing else is read twice.
{{ config(materialized='view') }}

with

readings as (

    select * from {{ source('raw', 'reading') }}

),

parts as (

    select * from {{ ref('turbulence_parts') }}

),

gathered as (

    select
        readings.timestamp,
        parts.station,
        parts.measurement_point,
        parts.ti_channel_id as channel_id,
        max(readings.value) filter (where parts.part = 'ti') as recorded_value,
        max(readings.value * parts.slope + parts."offset") filter (where parts.part = 'avg') as average,
        max(readings.value * parts.slope + parts."offset") filter (where parts.part = 'sd') as deviation
    from readings
    inner join parts
        on {{ begins_in('readings', 'parts') }}
    group by readings.timestamp, parts.station, parts.measurement_point, parts.ti_channel_id
    having count(*) filter (where parts.part = 'ti') > 0

),

divided as (

    select
        timestamp,
        station,
        measurement_point,
        channel_id,
        recorded_value,
        case when recorded_value is not null and average > 0 then deviation / average end as calibrated_value
    from gathered

)

select * from divided
