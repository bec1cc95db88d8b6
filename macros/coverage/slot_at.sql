{# The first slot that begins at a time or after it: slots follow each other from the station's midnight on. #}
{% macro slot_at(time, averaging_period, utc_offset) -%}
    date_bin(
        {{ averaging_period }},
        {{ time }} + {{ averaging_period }} - interval '1 microsecond',
        timestamptz '2000-01-01 00:00+00' - {{ utc_offset }}
    )
{%- endmacro %}
