{# That a reading begins in a period, `periods.date_from <= timestamp < periods.date_to`, said twice. Postgres takes each
   comparison for true in one of three cases, so said once it expects a ninth of a channel's readings in every period, and
   compares each reading with all periods of its channel. Said twice it looks each period up in the index instead: 600 periods
   a channel over 2.8 million readings take 1.4 s and not 48 s; with one or two a channel the difference is small. #}
{% macro begins_in(readings, periods) -%}
    {{ readings }}.channel_id = {{ periods }}.channel_id
    and {{ readings }}.timestamp >= {{ periods }}.date_from
    and {{ readings }}.timestamp < {{ periods }}.date_to
    and {{ periods }}.date_from <= {{ readings }}.timestamp
    and {{ periods }}.date_to > {{ readings }}.timestamp
{%- endmacro %}
