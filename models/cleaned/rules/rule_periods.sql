-- What all quality rules found, with what becomes of it: the rules' own tables side by side.
{{ config(materialized='view') }}

{% set rules = [
    'range',
    'relation_of_statistics',
    'flat_line',
    'standstill',
    'spike',
    'rate_of_change',
    'icing_of_speed',
    'icing_of_direction',
    'tower_shadow',
    'paired_sensors',
    'direction_in_calm',
    'irradiance_limits',
    'irradiance_rare',
    'irradiance_closure',
    'logger_voltage',
    'lidar_availability',
    'carrier_to_noise_ratio',
    'orientation',
    'cadence',
    'clock',
] %}

with

found as (

    {% for rule in rules %}
    {{ 'union all' if not loop.first }}
    select '{{ rule }}' as rule, station, measurement_point, statistic, date_from, date_to, parameter
    from {{ ref(rule) }}
    {% endfor %}

),

rules as (

    select * from {{ ref('rules') }}

),

modes as (

    select distinct station, measurement_point, rule, mode
    from {{ ref('rule_parameters') }}

),

numbers as (

    select * from {{ ref('rule_parameters') }}

),

explained as (

    select
        found.station,
        found.measurement_point,
        found.statistic,
        found.date_from,
        found.date_to,
        found.rule,
        rules.rule_position,
        modes.mode,
        found.parameter,
        numbers.value as parameter_value
    from found
    inner join rules using (rule)
    inner join modes using (station, measurement_point, rule)
    left join numbers
        on found.station = numbers.station
        and found.measurement_point = numbers.measurement_point
        and found.rule = numbers.rule
        and found.parameter = numbers.parameter
        and coalesce(numbers.statistic, found.statistic, '') = coalesce(found.statistic, '')
    where modes.mode <> 'off'

)

select * from explained
