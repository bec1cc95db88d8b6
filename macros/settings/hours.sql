{# An interval in hours, as text with its sign. Intervals that are equal may be written in many ways: -5 hours are -1 day and 19. #}
{% macro hours(given) -%}
    case when {{ given }} >= interval '0' then '+' else '' end
    || trim_scale(extract(epoch from {{ given }}) / 3600)::text || ' h'
{%- endmacro %}
