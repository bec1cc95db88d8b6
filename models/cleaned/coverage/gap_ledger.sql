-- Why each expected slot has no value, or that it has one, counted by month: exactly one cause a slot, the first that holds.
-- Months are counted in bulk: what is neither read, nor in a gap of the logger's rows, nor rejected, is a row without the column.
-- Only where several channels serve a slot, or stamps lie off the grid, each slot is looked at.
{{ config(materialized='counted_months', meta={'grain': ['station', 'measurement_point', 'statistic', 'month', 'cause']}) }}

with

gaps as (

    select * from {{ ref('logger_gaps') }}

),

-- looked up for each piece by the index on its stamps
rejected as not materialized (

    select * from {{ ref('stg_raw__rejected_rows') }} where timestamp is not null

),

pieces as (

    select
        counted_pieces.*,
        coalesce(gaps.no_file, '{}') as no_file,
        coalesce(gaps.logger_silent, '{}') as logger_silent
    from {{ ref('counted_pieces') }} as counted_pieces
    left join gaps using (station, logger, averaging_period, month)

),

gapped as (

    select
        pieces.*,
    {% for cause in ['no_file', 'logger_silent'] %}
    (
        select coalesce(sum({{ slots_between('lower(gap.bounds)', 'upper(gap.bounds)', 'pieces.averaging_period') }}), 0)
        from unnest(pieces.{{ cause }} * tstzmultirange(tstzrange(pieces.date_from, pieces.date_to))) as gap (bounds)
    ) as slots_{{ cause }}{{ ',' if not loop.last }}
    {% endfor %}
    from pieces

),

summed as (

    select
        gapped.*,
        case when gapped.slots > gapped.readings + gapped.slots_no_file + gapped.slots_logger_silent then (
            select count(distinct slots.slot)
            from rejected
            cross join
                lateral (
                    select date_bin(gapped.averaging_period, rejected.timestamp, gapped.date_from) as slot
                ) as slots
            where
                gapped.channel_id = any(rejected.channel_ids)
                and rejected.timestamp >= gapped.date_from
                and rejected.timestamp < gapped.date_to
                and not exists (
                    select
                    from {{ source('raw', 'reading') }} as readings
                    where
                        readings.channel_id = gapped.channel_id
                        and readings.timestamp >= slots.slot
                        and readings.timestamp < slots.slot + gapped.averaging_period
                )
        ) else 0 end as slots_rejected
    from gapped

),

-- a load during the build may bring a row to a slot that was counted as a gap
weighed as (

    select
        *,
        bool_or(is_contested or slots < readings + slots_no_file + slots_logger_silent + slots_rejected) over (
            partition by station, measurement_point, statistic, month
        ) as is_slot_by_slot
    from summed

),

in_bulk as (

    select weighed.station, weighed.measurement_point, weighed.statistic, weighed.month, told.cause, told.slots
    from weighed
    cross join
        lateral (
            values
            ('no_file', weighed.slots_no_file),
            ('logger_silent', weighed.slots_logger_silent),
            ('rejected', weighed.slots_rejected),
            (
                'not_in_file',
                weighed.slots - weighed.readings - weighed.slots_no_file - weighed.slots_logger_silent - weighed.slots_rejected
            ),
            ('recorded_missing', weighed.readings - weighed.numbers),
            (weighed.cause, weighed.numbers)
        ) as told (cause, slots)
    where not weighed.is_slot_by_slot

),

closely as (

    select * from weighed where is_slot_by_slot

),

recorded as (

    select
        closely.station,
        closely.measurement_point,
        closely.statistic,
        closely.month,
        date_bin(closely.averaging_period, readings.timestamp, closely.date_from) as slot,
        case when readings.value is null then 'recorded_missing' else closely.cause end as cause
    from {{ source('raw', 'reading') }} as readings
    inner join closely
        on {{ begins_in('readings', 'closely') }}

),

absent as (

    select
        closely.station,
        closely.measurement_point,
        closely.statistic,
        closely.month,
        slots.slot,
        case
            when slots.slot <@ closely.no_file then 'no_file'
            when slots.slot <@ closely.logger_silent then 'logger_silent'
            when exists (
                select
                from rejected
                where
                    closely.channel_id = any(rejected.channel_ids)
                    and rejected.timestamp >= slots.slot
                    and rejected.timestamp < slots.slot + closely.averaging_period
            ) then 'rejected'
            else 'not_in_file'
        end as cause
    from closely
    cross join lateral generate_series(
        closely.date_from, closely.date_to - closely.averaging_period, closely.averaging_period
    ) as slots (slot)

),

-- of a slot that two channels serve the one counts that got further
looked_at as (

    select distinct on (station, measurement_point, statistic, month, slot)
        station,
        measurement_point,
        statistic,
        month,
        cause
    from (
        select * from recorded
        union all
        select * from absent
    ) as told
    order by
        station, measurement_point, statistic, month, slot,
        array_position(
            array[
                'no_file', 'logger_silent', 'not_in_file', 'rejected',
                'recorded_missing', 'erroneous_period', 'rule', 'valid'
            ],
            split_part(cause, ':', 1)
        ) desc,
        cause

),

together as (

    select * from in_bulk
    union all
    select *, 1 as slots from looked_at

)

select station, measurement_point, statistic, month, cause, sum(slots)::integer as slots
from together
where slots > 0
group by station, measurement_point, statistic, month, cause
