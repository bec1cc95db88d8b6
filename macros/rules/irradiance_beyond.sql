{# Averages of irradiance beyond a rule's limits: `minimum`, and factor * S * mu ^ exponent + shift, where S is the sun's
   irradiance above the atmosphere and mu the cosine of its zenith angle in the middle of the averaging period, 0 at night.
   The whole of a model: where an average can't be, its deviation and extremes tell of nothing either, so all statistics go.
   `slots` and `points` are what rules look at, `limits` a select of the four numbers for each measurement point.
   Source: C. N. Long and E. G. Dutton, BSRN Global Network recommended QC tests, v2.0 (2002). #}
{% macro irradiance_beyond(slots, points, limits) %}
with

slots as (

    select * from {{ slots }}

),

points as (

    select * from {{ points }}

),

limits as (
    {{ limits }}
),

-- no limit is below its shift: the sun is asked only where it matters
suspect as (

    select
        points.station,
        points.measurement_point,
        points.latitude,
        points.longitude,
        slots.timestamp,
        slots.seconds,
        slots.timestamp + slots.seconds * interval '0.5 second' as mid_period,
        slots.avg,
        limits.minimum,
        limits.factor,
        limits.exponent,
        limits.shift
    from slots
    inner join points using (point_id)
    inner join limits using (station, measurement_point)
    where slots.avg < limits.minimum or slots.avg > limits.shift

),

compared as (

    select
        suspect.*,
        -- a station of which nobody says where it is has no sun
        case when sun.cos_zenith is not null
            then suspect.factor * {{ extraterrestrial('sun') }} * greatest(sun.cos_zenith, 0) ^ suspect.exponent
            + suspect.shift
        end as maximum
    from suspect
    cross join {{ sun('suspect.mid_period', 'suspect.latitude', 'suspect.longitude') }} as sun

),

found as (

    select
        station,
        measurement_point,
        null::text as statistic,
        timestamp as date_from,
        timestamp + seconds * interval '1 second' as date_to,
        case when avg < minimum then 'minimum' else 'factor' end as parameter
    from compared
    where avg < minimum or avg > maximum

)

select * from found
{% endmacro %}
