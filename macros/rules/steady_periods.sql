{# Time in which an average hardly varies: of a CTE of slots (point_id, timestamp, seconds, avg, and as limits of the point span, an
   interval, and variation or what `within` names) all windows that are as long as the span, without a missing step, and in which
   it varies by less than that; those that overlap joined, as (point_id, date_from, date_to). Each window is judged by itself, so that nothing
   beyond it bears on what is found. A select, for a CTE of a rule's model.
   Time is counted in spans, since a window's length must be a constant; a millionth less than one leaves out the slot before.
   With `circular`, for angles in deg: they are close together if they are so from 0 to 360, or half a turn on. #}
{% macro steady_periods(of_slots, circular=false, within='variation') %}
    select
        steady.point_id,
        lower(period.bounds) as date_from,
        upper(period.bounds) as date_to
    from (
        select
            windows.point_id,
            range_agg(tstzrange(windows.ends_at - windows.span, windows.ends_at)) as periods
        from (
            select
                point_id,
                span,
                {{ within }},
                timestamp + seconds * interval '1 second' as ends_at,
                count(*) over in_span * seconds * interval '1 second' as lasted,
                {% if circular %}
                least(
                    max(avg) over in_span - min(avg) over in_span,
                    max({{ turned('avg + 180') }}) over in_span - min({{ turned('avg + 180') }}) over in_span
                ) as varied
                {% else %}
                max(avg) over in_span - min(avg) over in_span as varied
                {% endif %}
            from {{ of_slots }}
            window in_span as (
                partition by point_id, seconds
                order by (extract(epoch from timestamp) / extract(epoch from span))::double precision
                range between 0.999999 preceding and current row
            )
        ) as windows
        where windows.lasted >= windows.span and windows.varied < windows.{{ within }}
        group by windows.point_id
    ) as steady
    cross join lateral unnest(steady.periods) as period (bounds)
{% endmacro %}
