-- Harm: a column that two measurement points claim at one time serves only the one whose setting began later.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

with

columns as (

    select * from {{ ref('logger_columns') }}

),

claimed_twice as (

    select
        one.station,
        one.measurement_point,
        one.statistic,
        greatest(one.date_from, another.date_from) as date_from,
        least(one.date_to, another.date_to) as date_to,
        format(
            'column %s is %s %s too: end one of the settings, or mark the column there as ignored',
            one.column_name, another.measurement_point, another.statistic
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
