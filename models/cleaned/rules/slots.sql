-- What quality rules look at in this build: of each measurement point and averaging period all statistics side by side,
-- re-calibrated, hand-made erroneous periods taken out. Made anew at each build, of the stale time alone.
{{ config(materialized='working_set', slice_by='timestamp', indexes=[{'columns': ['point_id', 'timestamp']}]) }}

with

readings as (

    select * from {{ source('raw', 'reading') }}

),

pieces as (

    select * from {{ ref('judged_pieces') }}

),

calibrated as (

    select
        pieces.point_id,
        pieces.seconds,
        pieces.statistic,
        pieces.is_ratio,
        readings.timestamp,
        -- what is no direction stays as it was recorded: turned it would look like one, and no rule could tell
        case
            when
                pieces.is_circular
                and (
                    readings.value * pieces.slope < pieces.lowest_angle
                    or readings.value * pieces.slope > pieces.highest_angle
                )
                then readings.value * pieces.slope
            else {{ calibrated('readings.value', 'pieces') }}
        end as value,
        case
            when readings.value = 0 or readings.value = pieces.standing_value then 0
            else {{ calibrated('readings.value', 'pieces') }} - pieces.standing_calibrated
        end as above_standing
    from readings
    inner join pieces
        on {{ begins_in('readings', 'pieces') }}

),

gathered as (

    select
        point_id,
        timestamp,
        seconds,
        max(value) filter (where statistic = 'avg') as avg,
        max(value) filter (where statistic = 'sd') as sd,
        max(value) filter (where statistic = 'min') as min,
        max(value) filter (where statistic = 'max') as max,
        max(value) filter (where statistic = 'gust') as gust,
        max(value) filter (where statistic = 'median') as median,
        max(value) filter (where statistic = 'mode') as mode,
        max(value) filter (where statistic = 'range') as range,
        max(value) filter (where statistic = 'sum') as sum,
        max(value) filter (where statistic = 'count') as count,
        max(value) filter (where statistic = 'availability') as availability,
        max(value) filter (where statistic = 'quality') as quality,
        max(value) filter (where statistic = 'ti') as recorded_ti,
        bool_or(is_ratio) as is_ratio,
        max(above_standing) filter (where statistic = 'avg') as above_standing
    from calibrated
    group by point_id, timestamp, seconds

),

slots as (

    select
        point_id,
        timestamp,
        seconds,
        avg,
        sd,
        min,
        max,
        gust,
        median,
        mode,
        range,
        sum,
        count,
        availability,
        quality,
        case
            when not is_ratio then recorded_ti
            when recorded_ti is not null and avg > 0 then sd / avg
        end as ti,
        above_standing
    from gathered

)

select * from slots
