-- Which of two files wins where they differ, as a place in a total order by content: the one that overrules others,
-- then the one whose last timestamp is later, then the later creation time in its header, then the greater digest.
select
    file_id,
    dense_rank() over (
        order by
            coalesce(overrules_at, '-infinity'),
            rank_timestamp nulls first,
            coalesce(created_at, '-infinity'),
            sha256 collate "C"
    )::integer as place,
    dense_rank() over (order by coalesce(overrules_at, '-infinity'))::integer as overruling,
    overrules_at is not null as overrules
from raw.file
where
    file_id = any(%(files)s::integer [])
    or file_id in (
        select file_id
        from raw.confirmed_span
        where channel_id = any(%(channels)s::integer []) and date_from <= %(last)s and date_to >= %(first)s
    )
