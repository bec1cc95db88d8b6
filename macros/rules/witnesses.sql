{# What others of the station measured in the averaging period of a slot: subqueries, for a step of few rows, since they are looked
   up for each slot by itself. `partners` and `slots` are the CTEs of the model; `slot` is what the slot's row is called. #}

{# The average of the nearest measurement point of a quantity that has a value; null where none has. #}
{% macro nearest_value(measurement_type, slot) -%}
    (
        select witnesses.avg
        from partners
        inner join slots as witnesses on partners.partner_id = witnesses.point_id
        where
            partners.point_id = {{ slot }}.point_id
            and partners.partner_type = '{{ measurement_type }}'
            and witnesses.timestamp = {{ slot }}.timestamp
            and witnesses.seconds = {{ slot }}.seconds
            and witnesses.avg is not null
        order by partners.place
        limit 1
    )
{%- endmacro %}

{# The strongest wind, in m/s, of the anemometers no further above or below than the slot's `height_difference`; null where none
   has a value. #}
{% macro strongest_near(slot) -%}
    (
        select max(witnesses.avg)
        from partners
        inner join slots as witnesses on partners.partner_id = witnesses.point_id
        where
            partners.point_id = {{ slot }}.point_id
            and partners.partner_type = 'wind_speed'
            and partners.height_difference_m <= {{ slot }}.height_difference
            and witnesses.timestamp = {{ slot }}.timestamp
            and witnesses.seconds = {{ slot }}.seconds
    )
{%- endmacro %}


{# Whether an anemometer no further above or below than the slot's `height_difference` has a wind above its `other_speed`, and that
   not within the time in which it hardly varies: `unvarying` is a CTE of these (point_id, periods). #}
{% macro wind_varies_near(slot, unvarying) -%}
    exists (
        select from partners
        inner join slots as witnesses on partners.partner_id = witnesses.point_id
        left join {{ unvarying }} as quiet on partners.partner_id = quiet.point_id
        where
            partners.point_id = {{ slot }}.point_id
            and partners.partner_type = 'wind_speed'
            and partners.height_difference_m <= {{ slot }}.height_difference
            and witnesses.timestamp = {{ slot }}.timestamp
            and witnesses.seconds = {{ slot }}.seconds
            and witnesses.avg > {{ slot }}.other_speed
            and coalesce(not quiet.periods @> witnesses.timestamp, true)
    )
{%- endmacro %}
