-- How each rule is set for each measurement point: the project's default for its measurement type, unless the team's table has
-- something closer to it. Of several the closest holds: for the sensor, then the station, the type, the statistic; then the last.
with

points as (

    select * from {{ ref('stg_task43__measurement_points') }}

),

defaults as (

    select * from {{ ref('quality_rules') }}

),

overrides as (

    select * from {{ ref('stg_tables__quality_rules') }}

),

candidates as (

    select
        points.station,
        points.measurement_point,
        points.measurement_type,
        defaults.rule,
        defaults.statistic,
        defaults.parameter,
        defaults.value,
        0 as closeness,
        (defaults.measurement_type is not null)::integer as line,
        'quality_rules.csv of the project' as set_by
    from points
    inner join defaults on points.measurement_type = coalesce(defaults.measurement_type, points.measurement_type)
    union all
    select
        points.station,
        points.measurement_point,
        points.measurement_type,
        overrides.rule,
        overrides.statistic,
        overrides.parameter,
        overrides.value,
        1
        + 8 * (overrides.sensor is not null)::integer
        + 4 * (overrides.station is not null)::integer
        + 2 * (overrides.measurement_type is not null)::integer as closeness,
        overrides.line,
        'quality_rules.csv of the team, line ' || overrides.line as set_by
    from points
    inner join overrides
        on points.station = coalesce(overrides.station, points.station)
        and points.measurement_type = coalesce(overrides.measurement_type, points.measurement_type)
        and starts_with(points.measurement_point, coalesce(overrides.sensor, ''))
    -- what is set for all is set for those that the rule is for
    where
        coalesce(overrides.measurement_type, overrides.sensor) is not null
        or exists (
            select from defaults
            where
                defaults.rule = overrides.rule
                and defaults.parameter = overrides.parameter
                and coalesce(defaults.measurement_type, points.measurement_type) = points.measurement_type
        )

),

-- an override without a statistic is for all statistics that the rule has numbers for
spread as (

    select
        candidates.station,
        candidates.measurement_point,
        candidates.measurement_type,
        candidates.rule,
        coalesce(candidates.statistic, others.statistic) as statistic,
        candidates.parameter,
        candidates.value,
        2 * candidates.closeness + (candidates.statistic is not null)::integer as closeness,
        candidates.line,
        candidates.set_by
    from candidates
    left join defaults as others
        on candidates.rule = others.rule
        and candidates.parameter = others.parameter
        and candidates.measurement_type = others.measurement_type
        and candidates.statistic is null

),

closest as (

    select distinct on (station, measurement_point, rule, statistic, parameter)
        station,
        measurement_point,
        measurement_type,
        rule,
        statistic,
        parameter,
        value,
        set_by
    from spread
    where value is not null
    order by station, measurement_point, rule, statistic, parameter, closeness desc, line desc

),

numbered as (

    select
        station,
        measurement_point,
        measurement_type,
        rule,
        statistic,
        parameter,
        value,
        case when parameter <> 'mode' then value::double precision end as number,
        coalesce(
            max(value) filter (where parameter = 'mode') over (partition by station, measurement_point, rule), 'off'
        ) as mode,
        set_by
    from closest

)

select * from numbered
