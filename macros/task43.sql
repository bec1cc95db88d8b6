{# The elements of a list inside a jsonb value, numbered from 1 as they stand there. Absent and null are empty lists.
   `parent` is the jsonb expression, `list` the key, `element` the name that the elements get (content, position). #}
{% macro each_of(parent, list, element) -%}
    cross join lateral jsonb_array_elements(nullif({{ parent }} -> '{{ list }}', 'null'))
        with ordinality as {{ element }} (content, position)
{%- endmacro %}


{# The measurement points of a station: content, position, and the name that each is known by. Where several share their name,
   as the depths of a current profiler do, the height is part of it. Python's `point_names` says the same. #}
{% macro each_point(location) -%}
    cross join lateral (
        select
            listed.content,
            listed.position,
            concat(
                listed.content ->> 'name',
                case
                    when count(*) over (partition by listed.content ->> 'name') > 1
                        then '_' || trim_scale((listed.content ->> 'height_m')::numeric) || 'm'
                end
            ) as name
        from jsonb_array_elements(nullif({{ location }} -> 'measurement_point', 'null'))
            with ordinality as listed (content, position)
    ) as point
{%- endmacro %}


{# Where an entry stands in the station's part of its document, as JSON counts, from 0: `measurement_point[3].sensor[1]`.
   Each list is named with the column that has the place in it, from 1; the first is that of the measurement point, if any. #}
{% macro place(measurement_point=none) -%}
    {%- set lists = {"measurement_point": measurement_point} if measurement_point else {} -%}
    {%- do lists.update(kwargs) -%}
    format('{% for list in lists %}{{ list }}[%s]{{ "." if not loop.last }}{% endfor %}', {% for position in lists.values() %}{{ position }} - 1{{ ", " if not loop.last }}{% endfor %})
{%- endmacro %}
