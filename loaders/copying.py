"""Brings readings into `raw.reading`: by COPY where nothing stands in the way, else compared with what stands there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from database.connection import Connection
from loaders import binary, comparing
from loaders.readings import ChannelRows, Counts, add_up, as_utc, only

MERGE = (Path(__file__).parent / "merge.sql").read_text()
CREATE_STAGE = """
create temporary table if not exists stage (
    timestamp timestamptz not null,
    channel_id integer not null,
    file_id integer not null,
    line bigint not null,
    value double precision
) on commit drop
"""
COPY_READINGS = "copy raw.reading (timestamp, channel_id, file_id, value) from stdin (format binary)"
COPY_STAGE = "copy stage (timestamp, channel_id, file_id, line, value) from stdin (format binary)"
KEEP_LOSERS = """
insert into raw.superseded_reading (
    timestamp, channel_id, file_id, value, superseded_by_file_id, superseded_by_line
)
select timestamp, channel_id, file_id, value, file_id, line from stage
"""
ANY_IN_THE_WAY = """
select exists (
    select from raw.reading where channel_id = any(%s) and timestamp between %s and %s
)
"""


def copy_readings(connection: Connection, batch: Sequence[ChannelRows]) -> dict[int, Counts]:
    """Bring readings in, within the caller's transaction, and write the spans that changed.

    Several files may stand in a batch where no stamp of a channel is in two of them. Their logger must be locked.

    Returns what became of the readings of each file, by its id.
    """
    batch = [rows for rows in batch if len(rows.timestamps)]
    counts: list[tuple[int, Counts]] = []
    single, losers = [], []
    in_order = {id(rows.timestamps): _is_in_order(rows.timestamps) for rows in batch}  # columns share their stamps
    for rows in batch:
        if in_order[id(rows.timestamps)]:
            single.append(rows)
            continue
        winners, lost, repeated = _one_a_stamp(rows)
        single.append(winners)
        losers += lost
        counts.append((rows.file_id, repeated))
    if losers:
        _stage(connection, losers)
        connection.execute(KEEP_LOSERS.encode())
        _write_spans(connection, losers)  # that a stamp has two values is told, where nothing of the file is new, too
    if single:
        counts += _copied(connection, single)
    return add_up(counts)


def _copied(connection: Connection, batch: Sequence[ChannelRows]) -> Iterable[tuple[int, Counts]]:
    first = min(rows.timestamps[0] for rows in batch)
    last = max(rows.timestamps[-1] for rows in batch)
    channels = sorted({rows.channel_id for rows in batch})
    in_the_way = connection.execute(ANY_IN_THE_WAY, [channels, as_utc(first), as_utc(last)]).fetchone()
    if in_the_way == (False,):
        return _copy_new(connection, batch)
    counts: list[tuple[int, Counts]] = []
    for compared in comparing.compare(connection, batch):
        counts += compared.same
        comparing.confirm(connection, compared.confirmed)
        counts += _copy_new(connection, compared.new)
        if compared.conflicts:
            counts += _settle(connection, compared)
    return counts


def _copy_new(connection: Connection, batch: Sequence[ChannelRows]) -> list[tuple[int, Counts]]:
    if not batch:
        return []
    _copy(connection, COPY_READINGS, _encoded(batch, with_lines=False))
    _write_spans(connection, batch)
    return [(rows.file_id, Counts(new=len(rows.values))) for rows in batch]


def _write_spans(connection: Connection, batch: Sequence[ChannelRows]) -> None:
    """Say where readings of each channel changed. The rows of a channel are in order of time."""
    spans: dict[tuple[str, int], list[npt.NDArray[np.datetime64]]] = {}
    for rows in batch:
        spans.setdefault((rows.station, rows.channel_id), []).extend((rows.timestamps[:1], rows.timestamps[-1:]))
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.changed_span (station, channel_id, date_from, date_to, cause)"
            " select %s, channel_id, %s, %s + averaging_period, 'load' from raw.channel where channel_id = %s",
            [
                (station, as_utc(min(bounds)[0]), as_utc(max(bounds)[0]), channel_id)
                for (station, channel_id), bounds in spans.items()
            ],
        )


def _settle(connection: Connection, compared: comparing.Compared) -> list[tuple[int, Counts]]:
    """Let SQL decide which of two different values wins, and keep the other."""
    _stage(connection, compared.conflicts)
    connection.execute("analyze stage")
    stations = {rows.file_id: rows.station for rows in compared.conflicts}
    files = list(compared.ranks)
    settled = connection.execute(
        MERGE.encode(),
        {
            "first": as_utc(min(rows.timestamps[0] for rows in compared.conflicts)),
            "last": as_utc(max(rows.timestamps[-1] for rows in compared.conflicts)),
            "files": files,
            "places": [compared.ranks[file].place for file in files],
            "overrulings": [compared.ranks[file].overruling for file in files],
            "stations": [stations.get(file) for file in files],
        },
    ).fetchall()
    return [(file_id, Counts(changed=changed, kept=kept)) for file_id, changed, kept in settled]


def _stage(connection: Connection, batch: Sequence[ChannelRows]) -> None:
    connection.execute(CREATE_STAGE)
    connection.execute("truncate stage")
    _copy(connection, COPY_STAGE, _encoded(batch, with_lines=True))


def _is_in_order(timestamps: npt.NDArray[np.datetime64]) -> bool:
    return bool((np.diff(timestamps) > np.timedelta64(0, "us")).all())


def _one_a_stamp(rows: ChannelRows) -> tuple[ChannelRows, list[ChannelRows], Counts]:
    """A channel's rows in order of time, each stamp once: a later row wins, but a missing value never over a number.

    Also the rows that lost with another value, their lines those of the winners, and the counts of all that lost.
    """
    order = np.lexsort((rows.lines, ~np.isnan(rows.values), rows.timestamps))
    stamps = rows.timestamps[order]
    is_last = np.append(stamps[1:] != stamps[:-1], True)
    winners = order[is_last]
    # of each loser the place of its winner: as many winners stand before it
    behind = winners[np.cumsum(is_last)[~is_last]]
    losing = order[~is_last]
    values, winning = rows.values[losing], rows.values[behind]
    differs = ~((values == winning) | (np.isnan(values) & np.isnan(winning)))
    lost = only(rows, losing[differs])
    lost = ChannelRows(
        lost.file_id, lost.station, lost.channel_id, lost.timestamps, lost.values, rows.lines[behind[differs]]
    )
    counts = Counts(same=int((~differs).sum()), kept=int(differs.sum()))
    return only(rows, winners), [lost] if len(lost.values) else [], counts


def _encoded(batch: Sequence[ChannelRows], *, with_lines: bool) -> Iterator[bytes]:
    """The rows for COPY, channel by channel: a call for each file and column would cost more than its rows."""
    by_channel: dict[int, list[ChannelRows]] = {}
    for rows in batch:
        by_channel.setdefault(rows.channel_id, []).append(rows)
    yield binary.HEADER
    for channel_id, parts in by_channel.items():
        file_ids = np.repeat([rows.file_id for rows in parts], [len(rows.values) for rows in parts])
        yield binary.rows(
            np.concatenate([rows.timestamps for rows in parts]),
            channel_id,
            file_ids,
            np.concatenate([rows.values for rows in parts]),
            np.concatenate([rows.lines for rows in parts]) if with_lines else None,
        )
    yield binary.TRAILER


def _copy(connection: Connection, statement: str, blocks: Iterator[bytes]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for block in blocks:
            copy.write(block)
