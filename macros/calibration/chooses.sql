{# Whether a row of the team's choices means a certificate of a sensor, as they were installed; what it leaves blank means all. #}
{% macro chooses(choices, sensors, calibrations) -%}
    {{ sensors }}.station = coalesce({{ choices }}.station, {{ sensors }}.station)
    and {{ sensors }}.measurement_point = coalesce({{ choices }}.measurement_point, {{ sensors }}.measurement_point)
    and (
        {{ choices }}.serial_number is null
        or metadata.same_serial({{ sensors }}.serial_number) = metadata.same_serial({{ choices }}.serial_number)
    )
    and ({{ choices }}.sensor_date_from is null or {{ sensors }}.date_from = {{ choices }}.sensor_date_from)
    and ({{ choices }}.certificate is null or {{ calibrations }}.certificate = {{ choices }}.certificate)
    and ({{ choices }}.calibrated_on is null or {{ calibrations }}.calibrated_on = {{ choices }}.calibrated_on)
{%- endmacro %}
