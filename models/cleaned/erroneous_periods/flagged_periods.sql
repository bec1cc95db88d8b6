-- Which measurement points and statistics are erroneous, when and why, whoever says so: people, or quality rules.
with

hand_made as (

    select * from {{ ref('hand_made_periods') }}

),

by_rule as (

    select * from {{ ref('rule_periods') }}

),

flagged as (

    select
        station,
        measurement_point,
        statistic,
        date_from,
        date_to,
        source,
        reason,
        mode,
        remark,
        flag_id,
        created_by,
        created_at,
        null::text as parameter,
        null::text as parameter_value,
        null::integer as rule_position
    from hand_made
    union all
    select
        station,
        measurement_point,
        statistic,
        date_from,
        date_to,
        'rule' as source,
        rule as reason,
        mode,
        null as remark,
        null as flag_id,
        null as created_by,
        null as created_at,
        parameter,
        parameter_value,
        rule_position
    from by_rule

)

select * from flagged
