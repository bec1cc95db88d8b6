{# Data test: the columns `by` tell the rows of a model apart. Answers the combinations that come twice. #}
{% test one_row_each(model, by) %}
    select
        {{ by | join(', ') }},
        count(*) as rows
    from {{ model }}
    group by {{ by | join(', ') }}
    having count(*) > 1
{% endtest %}
