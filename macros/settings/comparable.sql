{# What makes settings comparable, whoever states them: the number in the unit that we write, and how much of it rounding
   may have hidden. A slope takes the unit's factor, an offset its shift too (y = slope * x + offset). `given` has what,
   number and word; `units` is the row of its unit, all null where the unit isn't known. #}
{% macro comparable(given, units) -%}
    case
        when {{ given }}.what = 'slope' then {{ given }}.number * coalesce({{ units }}.factor, 1)
        when {{ given }}.what = 'offset'
            then {{ given }}.number * coalesce({{ units }}.factor, 1) + coalesce({{ units }}.shift, 0)
        else {{ given }}.number
    end::double precision as written_number,
    (0.5 * 10 ^ (-scale(trim_scale({{ given }}.number))) * coalesce({{ units }}.factor, 1))::double precision as resolution,
    length(ltrim(translate({{ given }}.number::text, '-.', ''), '0')) >= 4 as is_precise,
    case
        when {{ given }}.what = 'unit'
            then coalesce(
                nullif(concat_ws(' ', {{ units }}.written_unit, {{ units }}.factor, {{ units }}.shift), ''), lower({{ given }}.word)
            )
        when {{ given }}.what = 'serial_number' then metadata.same_serial({{ given }}.word)
    end as written_word
{%- endmacro %}

{# Whether two settings that were made comparable say the same. Numbers of one unit: to 1e-6, or to the last decimal that
   either has, if that has four digits and more. Of two units: to the last decimal of either, since converting rounds.
   Heights: to half a metre. #}
{% macro says_the_same(file, other) -%}
    case
        when {{ file }}.what in ('unit', 'serial_number') then {{ file }}.written_word = {{ other }}.written_word
        when {{ file }}.what = 'height' then abs({{ file }}.number - {{ other }}.number) <= 0.5
        when {{ file }}.unit is null or {{ other }}.unit is null or {{ file }}.unit = {{ other }}.unit
            then abs({{ file }}.number - {{ other }}.number) <= greatest(
                1e-6 * greatest(abs({{ file }}.number), abs({{ other }}.number)),
                case when {{ file }}.is_precise then 0.5 * 10 ^ (-scale(trim_scale({{ file }}.number))) else 0 end,
                case when {{ other }}.is_precise then 0.5 * 10 ^ (-scale(trim_scale({{ other }}.number))) else 0 end
            )
        else abs({{ file }}.written_number - {{ other }}.written_number) <= greatest(
            1e-6 * greatest(abs({{ file }}.written_number), abs({{ other }}.written_number)),
            {{ file }}.resolution * 1.000001,
            {{ other }}.resolution * 1.000001
        )
    end
{%- endmacro %}
