{# How far one direction is turned from another, in deg: -180 to 180, positive clockwise. Any angles, also beyond 0 to 360. #}
{% macro turn(from_angle, to_angle) -%}
    (({{ to_angle }}) - ({{ from_angle }}) - 360 * round((({{ to_angle }}) - ({{ from_angle }})) / 360))
{%- endmacro %}
