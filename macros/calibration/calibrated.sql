{# The calibrated value of a recorded one, by the numbers of the period that it lies in (slope, offset, is_circular). #}
{% macro calibrated(recorded, period) -%}
    case
        when {{ period }}.is_circular
            then {{ turned(recorded ~ ' * ' ~ period ~ '.slope + ' ~ period ~ '."offset"') }}
        else {{ recorded }} * {{ period }}.slope + {{ period }}."offset"
    end
{%- endmacro %}
