-- How far the wind at anemometers on side booms is from straight through the mast, by the nearest valid vane: one that has a
-- direction then, and does not stay the same for as long as a flat line must. Only where that is close enough to bear on a rule,
-- or where no vane tells.
{{ config(materialized='working_set', indexes=[{'columns': ['point_id', 'timestamp']}]) }}

-- more vanes than masts have
{% set vanes = range(1, 9) %}
{% set longest_hours = 24 %}

with

slots as not materialized (

    select * from {{ ref('slots') }}

),

booms as (

    select * from {{ ref('side_booms') }}

),

points as not materialized (

    select * from {{ ref('judged_points') }}

),

widest as (

    select max(number) as half_width
    from {{ ref('rule_parameters') }}
    where parameter in ('half_width', 'shadow_half_width') and mode <> 'off'

),

numbered as (

    select
        point_id,
        station,
        row_number() over (partition by station order by point_id) as number
    from points
    where measurement_type = 'wind_direction'

),

-- vanes that stay from magnetic north, since their dead band isn't known, beside booms that a declination made true
declined as (

    select distinct
        points.point_id,
        calibrations.declination_deg,
        calibrations.date_from,
        calibrations.date_to
    from {{ ref('calibration_periods') }} as calibrations
    inner join points using (station, measurement_point)
    where
        points.measurement_type = 'wind_direction'
        and calibrations.statistic = 'avg'
        and calibrations.north = 'magnetic_north'
        and calibrations.declination_deg is not null

),

-- stuck, or at rest in a calm: whether it is a flat line bears on the vane's own values, and no rule looks at another's findings.
-- What must repeat itself for longer than rules look around a slot would depend on what else is judged in this build
still as materialized (

    select
        point_id,
        seconds,
        range_agg(tstzrange(date_from, date_to)) as periods
    from {{ ref('repeated_averages') }}
    where least_steps * seconds <= {{ longest_hours }} * 3600
    group by point_id, seconds

),

nearest_first as (

    select
        partners.point_id,
        array_agg(numbered.number order by partners.place) as numbers
    from {{ ref('partners') }} as partners
    inner join numbered on partners.partner_id = numbered.point_id
    group by partners.point_id

),

-- what the vanes of a station tell side by side, so that readings are joined once and not once a vane
side_by_side as (

    select
        numbered.station,
        slots.timestamp,
        slots.seconds,
        array[
            {% for vane in vanes %}
            max(slots.avg + coalesce(declined.declination_deg, 0))
            filter (where numbered.number = {{ vane }}){{ ',' if not loop.last }}
            {% endfor %}
        ] as directions
    from slots
    inner join numbered using (point_id)
    left join declined
        on slots.point_id = declined.point_id
        and slots.timestamp >= declined.date_from
        and slots.timestamp < declined.date_to
    left join still on slots.point_id = still.point_id and slots.seconds = still.seconds
    where
        slots.avg between 0 and 360
        and coalesce(not still.periods @> slots.timestamp, true)
    group by numbered.station, slots.timestamp, slots.seconds

),

winds as (

    select
        slots.point_id,
        slots.timestamp,
        slots.seconds,
        booms.boom_orientation_deg,
        coalesce(
            {% for place in vanes %}
            side_by_side.directions[nearest_first.numbers[{{ place }}]]{{ ',' if not loop.last }}
            {% endfor %}
        ) as direction
    from slots
    inner join booms
        on slots.point_id = booms.point_id and slots.timestamp >= booms.date_from and slots.timestamp < booms.date_to
    inner join points on slots.point_id = points.point_id
    left join nearest_first on slots.point_id = nearest_first.point_id
    left join side_by_side
        on points.station = side_by_side.station
        and slots.timestamp = side_by_side.timestamp
        and slots.seconds = side_by_side.seconds
    where slots.avg is not null
    -- so that the direction is looked for once, not at each place below that names it
    offset 0

),

off_mast as (

    select
        point_id,
        timestamp,
        seconds,
        abs({{ turn('boom_orientation_deg + 180', 'direction') }}) as off_mast_deg
    from winds
    offset 0

),

close as (

    select off_mast.*
    from off_mast
    cross join widest
    where off_mast.off_mast_deg <= widest.half_width or off_mast.off_mast_deg is null

)

select * from close
