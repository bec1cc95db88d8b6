-- Of the files that state settings those that may tell something new: whose settings are others than those of the file of
-- the same logger and table before, or which reach into another time of the metadata. Daily files of years are a handful of
-- them, found by digests on the ledger: no other header is read.
{{ config(materialized='view') }}

with

files as (

    select * from {{ ref('stg_raw__files') }}
    where state = 'loaded' and settings_digest is not null and first_timestamp is not null

),

documented as (

    select * from {{ ref('documented_settings') }}

),

changes as (

    select metadata.same_serial(logger) as serial, date_from as changes_at from documented
    union
    select metadata.same_serial(logger) as serial, date_to as changes_at from documented

),

epochs as (

    select
        files.file_id,
        count(*) filter (where changes.changes_at <= files.first_timestamp) as first_epoch,
        count(*) filter (where changes.changes_at <= files.last_timestamp) as last_epoch
    from files
    left join changes on metadata.same_serial(files.logger) = changes.serial
    group by files.file_id

),

-- a header may list all settings since the beginning: how many of their dates the file has come past
on_its_clock as (

    select
        file_id,
        settings_dates,
        to_char((first_timestamp at time zone 'UTC') + utc_offset, 'YYYY-MM-DD"T"HH24:MI:SS') as first_stamp,
        to_char((last_timestamp at time zone 'UTC') + utc_offset, 'YYYY-MM-DD"T"HH24:MI:SS') as last_stamp
    from files

),

dated as (

    select
        on_its_clock.file_id,
        count(*) filter (where listed.stamp <= on_its_clock.first_stamp) as first_dates,
        count(*) filter (where listed.stamp <= on_its_clock.last_stamp) as last_dates
    from on_its_clock
    left join lateral jsonb_array_elements_text(on_its_clock.settings_dates) as listed (stamp) on true
    group by on_its_clock.file_id

),

followed as (

    select
        files.file_id,
        files.logger,
        files.table_name,
        files.first_timestamp,
        files.last_timestamp,
        lag(files.last_timestamp) over of_logger as previous_timestamp,
        array[epochs.first_epoch, epochs.last_epoch, dated.first_dates, dated.last_dates] as place,
        lag(array[epochs.first_epoch, epochs.last_epoch, dated.first_dates, dated.last_dates]) over of_logger
            as previous_place,
        files.settings_digest,
        lag(files.settings_digest) over of_logger as previous_digest
    from files
    inner join epochs using (file_id)
    inner join dated using (file_id)
    window of_logger as (
        partition by metadata.same_serial(files.logger), files.table_name
        order by files.first_timestamp, files.last_timestamp, files.file_id
    )

),

telling as (

    select
        file_id,
        logger,
        table_name,
        first_timestamp,
        last_timestamp,
        previous_timestamp
    from followed
    where settings_digest is distinct from previous_digest or place is distinct from previous_place

)

select * from telling
