-- Tells where global, diffuse and direct irradiance of a station contradict each other: the global one must be the diffuse one
-- and the direct one's part on a horizontal plane, and the diffuse one can't exceed it. Which of them is wrong is not known.
{{ config(materialized='periods', meta={'reach': '0', 'grain': ['station', 'measurement_point', 'date_from', 'parameter']}) }}

with

slots as (

    select * from {{ ref('slots') }}

),

points as (

    select * from {{ ref('judged_points') }}

),

partners as (

    select * from {{ ref('partners') }} where place = 1

),

limits as (
    {{ rule_numbers('irradiance_closure', [
        'sum_from', 'zenith_limit', 'zenith_most', 'closure_high_sun', 'closure_low_sun',
        'diffuse_share_high_sun', 'diffuse_share_low_sun',
    ]) }}
),

-- each global sensor with the diffuse and the direct one nearest to it
together as (

    select
        points.*,
        diffuse.partner_id as diffuse_id,
        diffuse.partner as diffuse,
        direct.partner_id as direct_id,
        direct.partner as direct
    from points
    inner join partners as diffuse
        on points.point_id = diffuse.point_id and diffuse.partner_type = 'diffuse_horizontal_irradiance'
    left join partners as direct
        on points.point_id = direct.point_id and direct.partner_type = 'direct_normal_irradiance'
    where points.measurement_type = 'global_horizontal_irradiance'

),

measured as (

    select
        together.*,
        global.timestamp,
        global.seconds,
        global.timestamp + global.seconds * interval '0.5 second' as mid_period,
        global.avg as global_irradiance,
        diffuse.avg as diffuse_irradiance,
        direct.avg as direct_irradiance
    from together
    inner join slots as global on together.point_id = global.point_id
    inner join slots as diffuse
        on together.diffuse_id = diffuse.point_id
        and global.timestamp = diffuse.timestamp
        and global.seconds = diffuse.seconds
    left join slots as direct
        on together.direct_id = direct.point_id
        and global.timestamp = direct.timestamp
        and global.seconds = direct.seconds

),

by_daylight as (

    select
        measured.station,
        measured.measurement_point,
        measured.diffuse,
        measured.direct,
        measured.timestamp,
        measured.seconds,
        measured.global_irradiance,
        measured.diffuse_irradiance,
        measured.diffuse_irradiance + measured.direct_irradiance * greatest(sun.cos_zenith, 0) as sum_of_parts,
        limits.sum_from,
        limits.closure_high_sun,
        limits.closure_low_sun,
        limits.diffuse_share_high_sun,
        limits.diffuse_share_low_sun,
        case when sun.cos_zenith > cosd(limits.zenith_limit) then 'high_sun' else 'low_sun' end as daylight
    from measured
    inner join limits using (station, measurement_point)
    cross join {{ sun('measured.mid_period', 'measured.latitude', 'measured.longitude') }} as sun
    where
        greatest(measured.global_irradiance, measured.diffuse_irradiance + measured.direct_irradiance) > limits.sum_from
        and sun.cos_zenith > cosd(limits.zenith_most)

),

contradicting as (

    select
        *,
        'closure_' || daylight as parameter,
        array[measurement_point, diffuse, direct] as involved
    from by_daylight
    where
        sum_of_parts > sum_from
        and abs(global_irradiance / sum_of_parts - 1) * 100
        > case daylight when 'high_sun' then closure_high_sun else closure_low_sun end
    union all
    select
        *,
        'diffuse_share_' || daylight as parameter,
        array[measurement_point, diffuse] as involved
    from by_daylight
    where
        global_irradiance > sum_from
        and diffuse_irradiance / global_irradiance
        >= case daylight when 'high_sun' then diffuse_share_high_sun else diffuse_share_low_sun end

),

found as (

    select
        contradicting.station,
        each.measurement_point,
        null::text as statistic,
        contradicting.timestamp as date_from,
        contradicting.timestamp + contradicting.seconds * interval '1 second' as date_to,
        contradicting.parameter
    from contradicting
    cross join lateral unnest(contradicting.involved) as each (measurement_point)

)

select * from found
