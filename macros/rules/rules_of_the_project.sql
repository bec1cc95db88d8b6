{# All models that are quality rules, as rows of a values list: name, digest of all that bears on what it finds, how far a
   change bears on its judgement (`meta: {reach: ...}`), which measurement type alone it looks at, and the rule whose settings bear on
   it, too (`heeds`). Where dbt parses there are none yet. dbt digests a model's own text, so
   each macro that a rule, or a model that it stands on, is written with is called here: what it says is part of the digest. #}
{% macro rules_of_the_project() %}
    {%- set rows = [] -%}
    {%- if execute -%}
        {%- set common = [
            begins_in('readings', 'periods'), calibrated('recorded', 'period'), rule_numbers('rule', ['number']),
            turn('from_angle', 'to_angle'), turned('angle'), standard_pressure('elevation'),
            nearest_value('measurement_type', 'slot'), strongest_near('slot'), wind_varies_near('slot', 'unvarying'),
            steady_periods('slots'), steady_periods('slots', circular=true),
            irradiance_beyond('slots', 'points', 'limits'), sun('time', 'latitude', 'longitude'), extraterrestrial('sun'),
            chooses('choices', 'sensors', 'calibrations'),
            each_of('parent', 'list', 'element'), each_point('location'), place(list='position'), place('point', list='position'),
        ] -%}
        {%- set rules = graph.nodes.values() | selectattr('config.materialized', 'equalto', 'periods') | list -%}
        {%- set stood_on = [] -%}
        {%- do add_what_rules_stand_on(rules, stood_on) -%}
        {%- for unique_id in stood_on if graph.nodes[unique_id].config.materialized != 'periods' -%}
            {%- do common.append(graph.nodes[unique_id].checksum.checksum) -%}
        {%- endfor -%}
        {%- for node in rules -%}
            {%- set made_of = local_md5((common | sort | join) ~ node.checksum.checksum) -%}
            {%- do rows.append(
                "('" ~ node.name ~ "', '" ~ made_of ~ "', interval '" ~ node.config.meta.reach ~ "', "
                ~ (literal(node.config.meta.looks_at) if node.config.meta.looks_at else 'null::text') ~ ", "
                ~ (literal(node.config.meta.heeds) if node.config.meta.heeds else 'null::text') ~ ")"
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- rows | sort | join(', ') or "(null::text, null::text, null::interval, null::text, null::text)" -}}
{% endmacro %}


{# Adds the ids of the models and seeds that rules are made from, down to the readings and the metadata. Not what the settings of
   rules are made from, since `stale_periods` compares those themselves, nor what tells it of changes. #}
{% macro add_what_rules_stand_on(rules, stood_on) %}
    {%- set to_follow = rules | list -%}
    {#- it grows while it is gone through -#}
    {%- for node in to_follow if node.name not in ('stale_periods', 'rule_parameters') -%}
        {%- for read in node.depends_on.nodes or [] if read in graph.nodes and read not in stood_on -%}
            {%- do stood_on.append(read) -%}
            {%- do to_follow.append(graph.nodes[read]) -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}
