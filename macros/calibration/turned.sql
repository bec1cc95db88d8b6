{# An angle in degrees, brought into 0 <= angle < 360. Twice, since a hair below 0 becomes 360 by rounding the first time. #}
{% macro turned(angle) -%}
    {{ turned_once(turned_once(angle)) }}
{%- endmacro %}


{% macro turned_once(angle) -%}
    (({{ angle }}) - 360 * floor(({{ angle }}) / 360))
{%- endmacro %}
