-- Tells of irradiance beyond what is seldom seen: possible, and worth a look.
{{ config(materialized='periods', meta={'reach': '0', 'grain': ['station', 'measurement_point', 'date_from']}) }}

{{ irradiance_beyond(
    ref('slots'), ref('judged_points'), rule_numbers('irradiance_rare', ['minimum', 'factor', 'exponent', 'shift'])
) }}
