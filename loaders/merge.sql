-- Settles staged readings for whose stamps another value stands. Which of two values wins does not depend on who came
-- first: a file that overrules others, then a number over a missing value, then the file that ranks higher; of one file
-- the later row. The rank that stands is the highest of all files that hold the standing value.
with

ranked_file as (

    select *
    from unnest(
        %(files)s::integer [], %(places)s::integer [], %(overrulings)s::integer [], %(stations)s::text []
    ) as ranked (file_id, place, overruling, station)

),

compared as materialized (

    select
        stage.*,
        incoming.station,
        reading.file_id as old_file_id,
        reading.value as old_value,
        case
            when incoming.overruling <> standing.overruling then incoming.overruling > standing.overruling
            when stage.value is null then false
            when reading.value is null then true
            else incoming.place >= standing.place
        end as wins
    from stage
    inner join ranked_file as incoming on stage.file_id = incoming.file_id
    inner join raw.reading
        on
            stage.channel_id = reading.channel_id
            and stage.timestamp = reading.timestamp
            and reading.timestamp between %(first)s and %(last)s
    cross join lateral (
        select
            ranked_file.place,
            ranked_file.overruling
        from ranked_file
        where
            ranked_file.file_id = reading.file_id
            or exists (
                select
                from raw.confirmed_span as span
                where
                    span.file_id = ranked_file.file_id
                    and span.channel_id = stage.channel_id
                    and stage.timestamp between span.date_from and span.date_to
                    and date_bin(span.step, stage.timestamp, span.date_from) = stage.timestamp
            )
        order by ranked_file.place desc
        limit 1
    ) as standing

),

updated as (

    update raw.reading
    set
        value = compared.value,
        file_id = compared.file_id
    from compared
    where
        compared.wins
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
        case when wins then old_file_id else file_id end,
        case when wins then old_value else value end,
        case when wins then file_id else old_file_id end,
        case when wins then line end
    from compared

),

-- of what lost, too: that a stamp has two values is told
spans as (

    insert into ops.changed_span (station, channel_id, date_from, date_to, cause)
    select
        compared.station,
        compared.channel_id,
        min(compared.timestamp),
        max(compared.timestamp) + channel.averaging_period,
        'load'
    from compared
    inner join raw.channel as channel using (channel_id)
    group by compared.station, compared.channel_id, channel.averaging_period

)

select
    file_id,
    count(*) filter (where wins) as changed,
    count(*) filter (where not wins) as kept
from compared
group by file_id
