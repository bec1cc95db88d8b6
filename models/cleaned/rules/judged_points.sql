-- Measurement points that quality rules look at, each with a number by which the slots know it: all of a station where any rule
-- is on, since a point that no rule judges can still witness for others.
with

points as (

    select * from {{ ref('stg_task43__measurement_points') }}

),

stations as (

    select * from {{ ref('measurement_stations') }}

),

parameters as (

    select * from {{ ref('rule_parameters') }}

),

judged as (

    select distinct station
    from parameters
    where mode <> 'off'

),

numbered as (

    select
        row_number() over (order by points.station, points.measurement_point)::integer as point_id,
        points.station,
        points.measurement_point,
        points.measurement_type,
        points.height_m,
        stations.station_type,
        stations.latitude,
        stations.longitude,
        stations.utc_offset
    from points
    inner join judged using (station)
    left join stations using (station)

)

select * from numbered
