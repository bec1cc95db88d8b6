{# Where the sun stands, as a subquery to be cross joined: the cosine of its zenith angle (negative when it is down), its
   hour angle in degrees (0 at true noon, 15 an hour, -180 .. 180) and its distance in astronomical units. `time` is a
   timestamptz, for an average the middle of its period; `latitude` and `longitude` are degrees, north and east positive.
   The geometric sun, without refraction, from the mean elements of the Astronomical Almanac (section C, low precision
   formulas; J. J. Michalsky, The Astronomical Almanac's algorithm for approximate solar position, Solar Energy 40 (1988),
   doi:10.1016/0038-092X(88)90045-X): to 0.02 degrees from 1950 to 2050, held against another algorithm by
   tests/dbt_project/test_sun.py. `offset 0` keeps the planner from writing a subquery's expressions out at each place that names
   them, which takes seven times as long. #}
{% macro sun(time, latitude, longitude) %}
    lateral (
        select
            sind({{ latitude }}) * seen.north
            + cosd({{ latitude }}) * (seen.equinox * cosd(seen.sidereal) + seen.east * sind(seen.sidereal)) as cos_zenith,
            atan2d(
                seen.equinox * sind(seen.sidereal) - seen.east * cosd(seen.sidereal),
                seen.equinox * cosd(seen.sidereal) + seen.east * sind(seen.sidereal)
            ) as hour_angle_deg,
            seen.distance_au
        from (
            -- the direction to the sun in equatorial coordinates, and the local sidereal time
            select
                cosd(orbit.along_ecliptic) as equinox,
                cosd(orbit.obliquity) * sind(orbit.along_ecliptic) as east,
                sind(orbit.obliquity) * sind(orbit.along_ecliptic) as north,
                280.46061837 + 360.98564736629 * orbit.days + {{ longitude }} as sidereal,
                orbit.distance_au
            from (
                -- the sun's ecliptic longitude, and the obliquity of the ecliptic
                select
                    elements.days,
                    280.460 + 0.9856474 * elements.days
                    + 1.915 * sind(elements.anomaly) + 0.020 * sind(2 * elements.anomaly) as along_ecliptic,
                    23.439 - 0.0000004 * elements.days as obliquity,
                    1.00014 - 0.01671 * cosd(elements.anomaly) - 0.00014 * cosd(2 * elements.anomaly) as distance_au
                from (
                    -- days since noon of 1 January 2000, UTC, and the sun's mean anomaly
                    select
                        passed.days,
                        357.528 + 0.9856003 * passed.days as anomaly
                    from unnest(array[(date_part('epoch', {{ time }}) - 946728000) / 86400]) as passed (days)
                ) as elements
                offset 0
            ) as orbit
        ) as seen
    )
{%- endmacro %}

{# Irradiance that a plane at right angles to the sun's beams would receive above the atmosphere, in W/m2. The mean at one
   astronomical unit is 1361 (G. Kopp and J. L. Lean, Geophysical Research Letters 38 (2011), doi:10.1029/2010GL045777). #}
{% macro extraterrestrial(sun) -%}
    (1361 / {{ sun }}.distance_au ^ 2)
{%- endmacro %}
