{# Pressure of the standard atmosphere in hPa at an elevation in m above sea level: ISO 2533, below 11 km. #}
{% macro standard_pressure(elevation) -%}
    1013.25 * greatest(1 - 0.0065 * ({{ elevation }}) / 288.15, 0) ^ 5.25588
{%- endmacro %}
