-- Merges the staged readings of a file into raw.reading. Which of two values wins does not depend on who came first:
-- a file that overrules others, then a number over a missing value, then the file whose last timestamp is later,
-- then the later creation time in its header, then the greater digest; within one file the later row.
with

ranked_files as (

    select
        file.file_id,
        row(
            coalesce(file.overrules_at, '-infinity'),
            file.last_timestamp,
            coalesce(file.created_at, '-infinity'),
            file.sha256 collate "C"
        ) as rank,
        coalesce(file.overrules_at, '-infinity') as overrules_at
    from raw.file as file

),

compared as materialized (

    select
        stage.timestamp,
        stage.channel_id,
        stage.file_id,
        stage.line,
        stage.value,
        reading.file_id as old_file_id,
        reading.value as old_value,
        case
            when reading.channel_id is null then 'new'
            when incoming.file_id = standing.file_id and reading.value is not distinct from stage.value then 'same'
            when reading.value is not distinct from stage.value
                then case when incoming.rank > standing.rank then 'confirmed' else 'same' end
            when incoming.overrules_at <> standing.overrules_at
                then case when incoming.overrules_at > standing.overrules_at then 'changed' else 'kept' end
            when stage.value is null then 'kept'
            when reading.value is null or incoming.file_id = standing.file_id then 'changed'
            when incoming.rank > standing.rank then 'changed'
            else 'kept'
        end as outcome
    from stage
    inner join ranked_files as incoming on stage.file_id = incoming.file_id
    left join raw.reading
        on
            stage.channel_id = reading.channel_id
            and stage.timestamp = reading.timestamp
            and reading.timestamp between %(first)s and %(last)s
    left join ranked_files as standing on reading.file_id = standing.file_id
    where stage.wins

),

inserted as (

    insert into raw.reading (timestamp, channel_id, file_id, value)
    select
        timestamp,
        channel_id,
        file_id,
        value
    from compared
    where outcome = 'new'

),

updated as (

    update raw.reading
    set
        value = compared.value,
        file_id = compared.file_id
    from compared
    where
        compared.outcome in ('changed', 'confirmed')
        and reading.channel_id = compared.channel_id
        and reading.timestamp = compared.timestamp
        and reading.timestamp between %(first)s and %(last)s

),

superseded as (

    insert into raw.superseded_reading (
        timestamp, channel_id, file_id, value, superseded_by_file_id, superseded_by_line
    )
    select
        timestamp,
        channel_id,
        case outcome when 'changed' then old_file_id else file_id end,
        case outcome when 'changed' then old_value else value end,
        case outcome when 'changed' then file_id else old_file_id end,
        case outcome when 'changed' then line end
    from compared
    where outcome in ('changed', 'kept')

),

spans as (

    insert into ops.changed_span (station, channel_id, date_from, date_to, cause)
    select
        %(station)s,
        compared.channel_id,
        min(compared.timestamp),
        max(compared.timestamp) + channel.averaging_period,
        'load'
    from compared
    inner join raw.channel as channel using (channel_id)
    where compared.outcome in ('new', 'changed')
    group by compared.channel_id, channel.averaging_period

)

select
    count(*) filter (where outcome = 'new') as new,
    count(*) filter (where outcome in ('same', 'confirmed')) as same,
    count(*) filter (where outcome = 'changed') as changed,
    count(*) filter (where outcome = 'kept') as kept
from compared
