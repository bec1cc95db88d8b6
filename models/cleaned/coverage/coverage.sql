-- How much of what was expected came and counts, by month, as the gap ledger counts it.
{{ config(materialized='view') }}

with

ledger as (

    select * from {{ ref('gap_ledger') }}

),

-- slots of two lengths have no common number in a month
cadences as (

    select
        station,
        measurement_point,
        statistic,
        month,
        case when count(distinct averaging_period) = 1 then min(averaging_period) end as averaging_period
    from {{ ref('serving_pieces') }}
    group by station, measurement_point, statistic, month

),

summed as (

    select
        station,
        measurement_point,
        statistic,
        month,
        sum(slots)::integer as expected,
        coalesce(sum(slots) filter (
            where cause = 'valid' or starts_with(cause, 'rule: ') or starts_with(cause, 'erroneous_period: ')
        ), 0)::integer as recorded,
        coalesce(sum(slots) filter (where cause = 'valid'), 0)::integer as valid
    from ledger
    group by station, measurement_point, statistic, month

),

rated as (

    select
        summed.station,
        summed.measurement_point,
        summed.statistic,
        summed.month,
        summed.expected,
        summed.recorded,
        summed.valid,
        summed.valid::double precision / summed.expected as recovery_rate,
        summed.recorded::double precision / summed.expected as availability,
        summed.valid::double precision / {{ slots_between(
            'summed.month::timestamp', "(summed.month + interval '1 month')", 'cadences.averaging_period'
        ) }} as calendar_coverage
    from summed
    inner join cadences using (station, measurement_point, statistic, month)

)

select * from rated
