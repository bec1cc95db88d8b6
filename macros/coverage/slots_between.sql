{# How many slots lie between two of them, the last one not counted. #}
{% macro slots_between(date_from, date_to, averaging_period) -%}
    (extract(epoch from {{ date_to }} - {{ date_from }}) / extract(epoch from {{ averaging_period }}))::bigint
{%- endmacro %}
