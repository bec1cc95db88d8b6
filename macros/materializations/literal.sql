{# A text as an SQL literal, whatever it holds. #}
{% macro literal(value) -%}
    '{{ value | replace("'", "''") }}'
{%- endmacro %}
