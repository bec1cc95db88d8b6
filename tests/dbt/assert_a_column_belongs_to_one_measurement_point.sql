-- Harm: a column that two measurement points claim at one time serves only the one whose setting began later.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

named as (

    select * from {{ ref('stg_task43__column_names') }}

),

columns as (

    select
        columns.*,
        named.place
    from {{ ref('logger_columns') }} as columns
    inner join named
        on columns.station = named.station
        and columns.measurement_point = named.measurement_point
        and columns.config_position = named.config_position
        and columns.column_position = named.column_position

),

claimed_twice as (

    select
        one.station,
        one.measurement_point,
        one.statistic,
        greatest(one.date_from, another.date_from) as date_from,
        least(one.date_to, another.date_to) as date_to,
        array_remove(array[one.place, case when one.station = another.station then another.place end], null) as place,
        format(
            'column %s is %s too: end one of the settings, or mark the column there as ignored',
            one.column_name,
            concat_ws(' ', nullif(another.station, one.station), another.measurement_point, another.statistic)
        ) as remedy
    from columns as one
    inner join columns as another
        on one.logger = another.logger
        and one.column_name = another.column_name
        and (one.station, one.measurement_point, one.statistic)
        < (another.station, another.measurement_point, another.statistic)
        and one.date_from < another.date_to
        and one.date_to > another.date_from

)

select * from claimed_twice
