{# All models that are quality rules, as rows of a values list: name, digest of all that bears on what it finds, and how far a
   change bears on its judgement (`meta: {reach: ...}`). Where dbt parses there are none yet. dbt digests a model's own text, so
   each macro that a rule is written with is called here, and what it says is part of the digest. #}
{% macro rules_of_the_project() %}
    {%- set rows = [] -%}
    {%- if execute -%}
        {%- set common = [
            begins_in('readings', 'periods'), calibrated('recorded', 'period'), rule_numbers('rule', ['number']),
            turn('from_angle', 'to_angle'), turned('angle'), nearest_value('measurement_type', 'slot'), strongest_near('slot'),
            steady_periods('slots'), steady_periods('slots', circular=true),
            irradiance_beyond('slots', 'points', 'limits'), sun('time', 'latitude', 'longitude'), extraterrestrial('sun'),
        ] -%}
        {%- for node in graph.nodes.values() -%}
            {#- what rules look at: calibration, and all of their own folder but the rules themselves -#}
            {%- if (
                node.resource_type == 'model' and node.config.materialized not in ('periods', 'view')
                and ('calibration' in node.fqn or 'rules' in node.fqn)
            ) or (node.resource_type == 'seed' and node.name in ('measurement_types', 'statistics', 'units')) -%}
                {%- do common.append(node.checksum.checksum) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for node in graph.nodes.values() if node.config.materialized == 'periods' -%}
            {%- set made_of = local_md5((common | sort | join) ~ node.checksum.checksum) -%}
            {%- do rows.append(
                "('" ~ node.name ~ "', '" ~ made_of ~ "', interval '" ~ node.config.meta.reach ~ "', "
                ~ (literal(node.config.meta.looks_at) if node.config.meta.looks_at else 'null::text') ~ ")"
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- rows | sort | join(', ') or "(null::text, null::text, null::interval, null::text)" -}}
{% endmacro %}
