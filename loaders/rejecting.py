"""Lines that could not be read, and where in time their readings are missing, as far as their stamps tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from database.connection import Connection
from database.errors import MetadataError
from loaders.formats.frame import LoggerFile, Rejected, Table
from loaders.readings import as_utc

Stamps = npt.NDArray[np.datetime64]
ToUtc = Callable[[Table, Stamps], Stamps]
ChannelsOf = Callable[[Table], Mapping[str, int]]

COPY_ROWS = "copy raw.rejected_row (file_id, line, text, reason, readings, timestamp, channel_ids) from stdin"
# What the ledger says of a file bears on the time that it covers, also where none of its readings is new: where nobody
# has told of that time within this transaction, and other files of the logger did not cover it before
TELL = """
with

settled as (

    select
        settled.station,
        file.file_id,
        file.logger,
        least(file.first_timestamp, before.last_timestamp) as first,
        file.last_timestamp as last
    from unnest(%(files)s::integer [], %(stations)s::text []) as settled (file_id, station)
    inner join raw.file using (file_id)
    left join raw.file as before on file.continues_file_id = before.file_id

),

spans as (

    select station, logger, first, last, false as is_lost from settled
    union all
    select settled.station, settled.logger, min(lost.timestamp), max(lost.timestamp), true
    from settled
    inner join raw.rejected_row as lost using (file_id)
    group by settled.station, settled.logger

),

untold as materialized (

    select * from spans
    where not exists (
        select from ops.changed_span as told
        where
            told.transaction = pg_current_xact_id()
            and told.station = spans.station
            and told.date_from <= spans.first
            and told.date_to > spans.last
    )

),

steps as (

    select logger, max(averaging_period) as longest from raw.channel group by logger

)

insert into ops.changed_span (station, date_from, date_to, cause)
select untold.station, min(untold.first), max(untold.last) + interval '1 microsecond', 'load'
from untold
left join steps using (logger)
where
    untold.first <= untold.last
    and (untold.is_lost or not tstzrange(untold.first, untold.last, '[]') <@ (
        select coalesce(range_agg(tstzrange(other.first_timestamp, other.last_timestamp + steps.longest, '[]')), '{}')
        from raw.file as other
        where
            other.logger = untold.logger
            and other.state = 'loaded'
            and other.file_id <> all(%(files)s::integer [])
            and other.first_timestamp <= other.last_timestamp
    ))
group by untold.station
"""


@dataclass(frozen=True, slots=True)
class Lost:
    """A line that could not be read: the beginning of its period, UTC, and the channels that lost a reading there."""

    bad: Rejected
    timestamp: datetime | None = None
    channel_ids: tuple[int, ...] = ()


def locate(file: LoggerFile, to_utc: ToUtc, channels_of: ChannelsOf) -> Iterator[Lost]:
    """Say of each line that could not be read when its readings would have been, where that is known.

    Args:
        file: what was read of it.
        to_utc: turns stamps of a table into UTC, marking the beginning; raises MetadataError where it can't.
        channels_of: the channel of each column of a table.
    """
    if not file.rejected:
        return
    cells = _cells(file, to_utc, channels_of)
    for bad in file.rejected:
        stamp, channels = (
            cells.get(bad.line, (None, ())) if bad.timestamp is None else _line(file, bad, to_utc, channels_of)
        )
        # a year that no calendar of ours has is no stamp
        is_placed = stamp is not None and isinstance(stamp.item(), datetime) and bool(channels)
        yield Lost(bad, as_utc(stamp), channels) if stamp is not None and is_placed else Lost(bad)


def _cells(
    file: LoggerFile, to_utc: ToUtc, channels_of: ChannelsOf
) -> dict[int, tuple[np.datetime64, tuple[int, ...]]]:
    """Stamp and channels of rows of which some cells could not be read, by line."""
    lines = np.array([bad.line for bad in file.rejected if bad.timestamp is None], dtype=np.int64)
    found: dict[int, tuple[np.datetime64, tuple[int, ...]]] = {}
    for table in file.tables:
        rows = np.flatnonzero(np.isin(table.lines, lines))
        if not len(rows):
            continue
        channels = channels_of(table)
        ids = np.array([channels[column.name] for column in table.columns])
        rejected = np.array([cells[rows] for cells in table.rejected_cells])
        stamps = to_utc(table, table.timestamps[rows])
        for place, line in enumerate(table.lines[rows].tolist()):
            found[line] = stamps[place], tuple(ids[rejected[:, place]].tolist())
    return found


def _line(
    file: LoggerFile, bad: Rejected, to_utc: ToUtc, channels_of: ChannelsOf
) -> tuple[np.datetime64 | None, tuple[int, ...]]:
    """Stamp and channels of a line that is no row; neither where the file has no row of that table."""
    tables = [table for table in file.tables if table.name == bad.table]
    if not tables or bad.timestamp is None:
        return None, ()
    # the channels of the columns that are in this file: of its table the logger may have sent others before
    channels: dict[str, int] = {}
    for table in tables:
        known = channels_of(table)
        channels |= {column.name: known[column.name] for column in table.columns}
    try:
        stamp = to_utc(tables[-1], np.array([bad.timestamp]))[0]
    except MetadataError:  # of the clock at that stamp; for all rows of the table it is known
        return None, ()
    return stamp, tuple(channel for name, channel in channels.items() if bad.columns is None or name in bad.columns)


def keep(connection: Connection, files: Sequence[int], rejected: Sequence[tuple[int, Lost]]) -> None:
    """Keep the lines of these files that could not be read, in place of those that could not be read before."""
    connection.execute("delete from raw.rejected_row where file_id = any(%s)", [list(files)])
    if not rejected:
        return
    with connection.cursor() as cursor, cursor.copy(COPY_ROWS.encode()) as copy:
        for file_id, lost in rejected:
            bad = lost.bad
            # PostgreSQL's text can't hold a NUL
            text = bad.text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
            channels = list(lost.channel_ids) if lost.timestamp else None
            copy.write_row((file_id, bad.line, text, bad.reason, bad.readings, lost.timestamp, channels))


def tell(connection: Connection, files: Sequence[int], stations: Sequence[str]) -> None:
    """Write the spans that these files, each of the station beside it, bear on although no reading of theirs is new."""
    connection.execute(TELL.encode(), {"files": list(files), "stations": list(stations)})
