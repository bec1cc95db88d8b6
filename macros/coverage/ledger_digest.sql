{# A digest of all SQL that counts for the gap ledger, so that it counts anew when that is changed. dbt digests a model's own
   text, so the macros that it is written with are called here. Where dbt parses there are no models yet. #}
{% macro ledger_digest() -%}
    {%- if execute -%}
        {%- set parts = [
            slot_at('time', 'period', 'offset'), slots_between('from', 'to', 'period'), begins_in('readings', 'pieces'),
        ] -%}
        {%- for node in graph.get('nodes', {}).values() if node.resource_type == 'model' and 'coverage' in node.fqn -%}
            {%- do parts.append(node.checksum.checksum) -%}
        {%- endfor -%}
        {{- local_md5(parts | sort | join) -}}
    {%- endif -%}
{%- endmacro %}
