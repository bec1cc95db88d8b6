-- Harm: without offset and label the time of a reading is not known, so files of this logger can't be loaded.
{{ config(severity='warn', tags=['finding', 'metadata']) }}

select
    station,
    serial,
    date_from,
    date_to,
    array_remove(
        array[
            case when utc_offset is null then place || '.offset_from_utc_hrs' end,
            case when timestamp_is_end_of_period is null then place || '.timestamp_is_end_of_period' end
        ],
        null
    ) as place,
    'import the document with --utc-offset and --timestamps, or complete its logger_main_config' as remedy
from {{ ref('stg_task43__loggers') }}
where utc_offset is null or timestamp_is_end_of_period is null
