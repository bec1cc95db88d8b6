{# All that a relation is made of, as one text: its SQL, and the descriptions that stand on it as comments. The database's
   name is left out, so that nothing is made anew in a copy. #}
{% macro made_of(sql) -%}
    {%- set described = {'': model.description} -%}
    {%- for name, column in model.columns.items() -%}
        {%- do described.update({name: column.description}) -%}
    {%- endfor -%}
    {{- return(sql | replace('"' ~ this.database ~ '".', '') ~ tojson(described, sort_keys=true)) -}}
{%- endmacro %}
