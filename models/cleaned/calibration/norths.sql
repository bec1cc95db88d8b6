-- From which north the angles of a measurement point are counted, its directions and its boom, and how far magnetic north lies
-- east of true north then: the team's declinations, by station and date, and only where metadata says that it is magnetic north.
with

periods as (

    select * from {{ ref('periods_of_validity') }}

),

points as (

    select
        points.station,
        points.measurement_point,
        measurement_types.kind = 'circular' as is_direction,
        points.measurement_type in ('wind_direction', 'motion_corrected_wind_direction') as is_wind_direction
    from {{ ref('stg_task43__measurement_points') }} as points
    inner join {{ ref('measurement_types') }} as measurement_types using (measurement_type)

),

mountings as (

    select * from {{ ref('stg_task43__mountings') }}

),

mounted as (

    select
        points.station,
        points.measurement_point,
        points.is_direction,
        mountings.orientation_reference,
        false as is_of_profiler,
        tsrange(periods.date_from, periods.date_to) as period
    from points
    inner join mountings using (station, measurement_point)
    inner join periods
        on mountings.station = periods.station
        and mountings.measurement_point = periods.measurement_point
        and mountings.mounting_position = periods.position
        and periods.kind = 'mounting'
    where mountings.orientation_reference is not null

),

-- a lidar or sodar stands as a whole: the winds that it sees have no mountings of their own. Of the waves, the water and the
-- compasses of its buoy it tells no north
placed as (

    select
        points.station,
        points.measurement_point,
        points.is_direction,
        placings.orientation_reference,
        true as is_of_profiler,
        tsrange(periods.date_from, periods.date_to) as period
    from points
    inner join {{ ref('stg_task43__vertical_profiler_properties') }} as placings using (station)
    inner join periods
        on placings.station = periods.station
        and placings.profiler_position = periods.position
        and periods.kind = 'placing'
    where
        placings.orientation_reference is not null
        and points.is_wind_direction
        and not exists (
            select from mountings
            where mountings.station = points.station and mountings.measurement_point = points.measurement_point
        )

),

referred as (

    select * from mounted
    union all
    select * from placed

),

declinations as (

    select
        stated.station,
        stated.declination_deg,
        tsrange(periods.date_from, periods.date_to) as period
    from {{ ref('stg_tables__magnetic_declinations') }} as stated
    inner join periods
        on stated.station = periods.station
        and stated.line = periods.position
        and periods.kind = 'declination'

),

declined as (

    select
        referred.station,
        referred.measurement_point,
        referred.is_direction,
        referred.orientation_reference,
        referred.is_of_profiler,
        declinations.declination_deg,
        referred.period,
        referred.period * declinations.period as declined_period
    from referred
    inner join declinations
        on referred.station = declinations.station and referred.period && declinations.period
    where referred.orientation_reference = 'magnetic_north'

),

-- what no declination covers
undeclined as (

    select
        referred.station,
        referred.measurement_point,
        referred.is_direction,
        referred.orientation_reference,
        referred.is_of_profiler,
        unnest(tsmultirange(referred.period) - coalesce(covered.periods, '{}')) as period
    from referred
    left join lateral (
        select range_agg(declined.declined_period) as periods
        from declined
        where
            declined.station = referred.station
            and declined.measurement_point = referred.measurement_point
            and declined.period = referred.period
    ) as covered on true

),

pieces as (

    select
        station,
        measurement_point,
        is_direction,
        orientation_reference,
        is_of_profiler,
        declination_deg,
        declined_period as period
    from declined
    union all
    select
        station,
        measurement_point,
        is_direction,
        orientation_reference,
        is_of_profiler,
        null as declination_deg,
        period
    from undeclined

),

numbered as (

    select
        station,
        measurement_point,
        row_number() over (
            partition by station, measurement_point order by lower(period), orientation_reference, declination_deg
        ) as north_position,
        lower(period) as date_from,
        upper(period) as date_to,
        orientation_reference,
        declination_deg,
        is_of_profiler,
        is_direction
    from pieces

)

select * from numbered
