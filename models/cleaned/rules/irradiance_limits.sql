-- Takes irradiance beyond what the sun can give: the average below a thermopile's night, or above a limit that follows the sun.
{{ config(materialized='periods', meta={'reach': '0', 'grain': ['station', 'measurement_point', 'date_from']}) }}

{{ irradiance_beyond(
    ref('slots'), ref('judged_points'), rule_numbers('irradiance_limits', ['minimum', 'factor', 'exponent', 'shift'])
) }}
