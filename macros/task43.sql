{# The elements of a list inside a jsonb value, numbered from 1 as they stand there. Absent and null are empty lists.
   `parent` is the jsonb expression, `list` the key, `element` the name that the elements get (content, position). #}
{% macro each_of(parent, list, element) -%}
    cross join lateral jsonb_array_elements(nullif({{ parent }} -> '{{ list }}', 'null'))
        with ordinality as {{ element }} (content, position)
{%- endmacro %}
