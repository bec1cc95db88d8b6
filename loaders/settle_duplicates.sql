-- A stamp that stands twice in one file: the later row wins, but a missing value never replaces a number.
with

places as (

    select
        ctid as row_id,
        timestamp,
        channel_id,
        file_id,
        value,
        first_value(value) over best_first as best_value,
        first_value(line) over best_first as best_line,
        row_number() over best_first as place
    from stage
    window best_first as (
        partition by channel_id, timestamp
        order by (value is not null) desc, line desc
    )

),

losers as (

    update stage
    set wins = false
    from places
    where stage.ctid = places.row_id and places.place > 1
    returning
        places.timestamp,
        places.channel_id,
        places.file_id,
        places.value,
        places.best_value,
        places.best_line

),

superseded as (

    insert into raw.superseded_reading (
        timestamp, channel_id, file_id, value, superseded_by_file_id, superseded_by_line
    )
    select
        timestamp,
        channel_id,
        file_id,
        value,
        file_id,
        best_line
    from losers
    where value is distinct from best_value

)

select
    count(*) filter (where value is not distinct from best_value) as same,
    count(*) filter (where value is distinct from best_value) as kept
from losers
