-- Harm: directions from magnetic north are off against maps and models by the declination, which may be 20 degrees.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

select
    station,
    string_agg(measurement_point, ', ' order by measurement_point) as measurement_points,
    date_from,
    date_to,
    'values stay from magnetic north; add the declination of that time to magnetic_declinations.csv' as remedy
from {{ ref('norths') }}
where is_direction and orientation_reference = 'magnetic_north' and declination_deg is null
group by station, date_from, date_to
