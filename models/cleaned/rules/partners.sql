-- Which measurement points of a station can witness for each other: every pair, with how far apart they are in height and the
-- partner's place among all of its type, the nearest first. Rules look them up for single slots.
{{ config(materialized='working_set', indexes=[{'columns': ['point_id', 'partner_type', 'place']}]) }}

with

points as (

    select * from {{ ref('judged_points') }}

),

paired as (

    select
        points.point_id,
        partners.point_id as partner_id,
        points.station,
        points.measurement_point,
        partners.measurement_point as partner,
        partners.measurement_type as partner_type,
        abs(partners.height_m - points.height_m) as height_difference_m
    from points
    inner join points as partners using (station)
    where points.point_id <> partners.point_id

),

placed as (

    select
        *,
        row_number() over (
            partition by point_id, partner_type order by height_difference_m nulls last, partner
        )::integer as place
    from paired

)

select * from placed
