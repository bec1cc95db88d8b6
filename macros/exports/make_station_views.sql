{# One wide view for each station, `exports."<station>"`: a row for each timestamp, a column for each row of exports.columns.
   Turbulence intensities come by cleaned.readings, as they may be computed. Made like every view of ours, so that an unchanged one is left alone; the view of a station that is gone goes too.
   Stations whose names can't be names of columns or views are left out here: a data test of the metadata tells. #}
{% macro make_station_views() %}
do $make$
declare
    wanted record;
    gone text;
    patience constant interval := '{{ var("lock_patience_s") }} seconds';
begin
    for wanted in
        select
            columns.station,
            format(
                $view$
with

pieces as materialized (

    select
        columns.position,
        periods.channel_id,
        periods.date_from,
        periods.date_to,
        periods.slope,
        periods."offset",
        periods.is_circular,
        periods.excluded_by
    from {{ ref('channel_periods').include(database=False) }} as periods
    inner join {{ this.include(database=False) }} as columns using (station, measurement_point, statistic)
    where columns.station = %L and columns.statistic <> 'ti'

),

cells as (

    select
        readings.timestamp,
        pieces.position,
        case when pieces.excluded_by is null then {{ calibrated('readings.value', 'pieces') }} end as value
    from raw.reading as readings
    inner join pieces
        on {{ begins_in('readings', 'pieces') }}
    where readings.channel_id = any(%L::integer [])
    %s
)

select
    timestamp,
    %s
from cells
group by timestamp$view$,
                columns.station,
                (
                    select array_agg(distinct channel_id order by channel_id)
                    from {{ this }} as own
                    cross join unnest(own.channel_ids) as channel_id
                    where own.station = columns.station
                ),
                case when bool_or(columns.statistic = 'ti') then format(
                    $branch$union all
    select
        readings.timestamp,
        columns.position,
        readings.value
    from {{ ref('readings').include(database=False) }} as readings
    inner join {{ this.include(database=False) }} as columns using (station, measurement_point, statistic)
    where readings.station = %L and readings.statistic = 'ti'
$branch$,
                    columns.station
                ) else '' end,
                string_agg(
                    format('max(value) filter (where position = %s) as %I', columns.position, columns.column_name),
                    E',\n    ' order by columns.position
                )
            ) as body,
            jsonb_object_agg(columns.column_name, columns.description || coalesce(', in ' || nullif(columns.unit, '-'), ''))
            || jsonb_build_object('timestamp', 'Beginning of the averaging period, UTC.')
            || jsonb_build_object('', 'Clean values of ' || columns.station || ': one row for each timestamp.') as descriptions
        from {{ this }} as columns
        group by columns.station
        having max(octet_length(columns.column_name)) <= 63 and octet_length(columns.station) <= 63
            and columns.station <> all(array{{ names_of_models('exports') }})
    loop
        if ops.replace_view(
            'exports', wanted.station, wanted.body, wanted.body || wanted.descriptions, patience, false
        ) <> 'unchanged' then
            perform ops.describe_view('exports', wanted.station, wanted.descriptions);
        end if;
    end loop;

    for gone in
        select relation_name
        from ops.dbt_relation
        where schema_name = 'exports'
            and relation_name <> all(array{{ names_of_models('exports') }})
            and relation_name not in (select station from {{ this }})
    loop
        perform ops.drop_view('exports', gone, patience);
    end loop;
end
$make$
{% endmacro %}


{# The names of all models in a schema, as a list that is an SQL array's too. #}
{% macro names_of_models(schema) -%}
    {%- set names = [] -%}
    {%- for node in (graph.nodes.values() if execute else []) if node.resource_type == "model" and node.schema == schema -%}
        {%- do names.append(node.alias) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
