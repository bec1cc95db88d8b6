{# Time in which an average hardly varies: of a CTE of slots (point_id, timestamp, seconds, avg, and as limits span, an interval,
   and variation) all windows that are as long as the span, without a missing step, and in which it varies by less than the
   variation; those that overlap joined, as (point_id, date_from, date_to). Each window is judged by itself, so that nothing
   beyond it bears on what is found. A select, for a CTE of a rule's model.
   With `circular`, for angles in deg: they are close together if they are so from 0 to 360, or half a turn on. #}
{% macro steady_periods(of_slots, circular=false) %}
    select
        steady.point_id,
        lower(period.bounds) as date_from,
        upper(period.bounds) as date_to
    from (
        select
            kinds.point_id,
            range_agg(
                tstzrange(
                    windows.timestamp + windows.seconds * interval '1 second' - kinds.span,
                    windows.timestamp + windows.seconds * interval '1 second'
                )
            ) as periods
        from (
            select distinct
                point_id,
                seconds,
                span,
                span - interval '1 microsecond' as before,
                variation
            from {{ of_slots }}
        ) as kinds
        cross join lateral (
            select
                slots.timestamp,
                slots.seconds,
                count(*) over in_span * slots.seconds * interval '1 second' as lasted,
                {% if circular %}
                least(
                    max(slots.avg) over in_span - min(slots.avg) over in_span,
                    max({{ turned('slots.avg + 180') }}) over in_span - min({{ turned('slots.avg + 180') }}) over in_span
                ) as varied
                {% else %}
                max(slots.avg) over in_span - min(slots.avg) over in_span as varied
                {% endif %}
            from {{ of_slots }} as slots
            where slots.point_id = kinds.point_id and slots.seconds = kinds.seconds
            window in_span as (
                order by slots.timestamp range between kinds.before preceding and current row
            )
        ) as windows
        where windows.lasted >= kinds.span and windows.varied < kinds.variation
        group by kinds.point_id
    ) as steady
    cross join lateral unnest(steady.periods) as period (bounds)
{% endmacro %}
