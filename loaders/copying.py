"""Brings a file's readings into `raw.reading`: straight by COPY where nothing stands in the way, else by a stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from database.connection import Connection
from loaders import binary

MERGE = (Path(__file__).parent / "merge.sql").read_text()
SETTLE_DUPLICATES = (Path(__file__).parent / "settle_duplicates.sql").read_text()
CREATE_STAGE = """
create temporary table stage (
    timestamp timestamptz not null,
    channel_id integer not null,
    file_id integer not null,
    line bigint not null,
    value double precision,
    wins boolean not null default true
) on commit drop
"""
COPY_READINGS = "copy raw.reading (timestamp, channel_id, file_id, value) from stdin (format binary)"
COPY_STAGE = "copy stage (timestamp, channel_id, file_id, line, value) from stdin (format binary)"
ANY_IN_THE_WAY = """
select exists (
    select from raw.reading where channel_id = any(%s) and timestamp between %s and %s
)
"""


@dataclass(frozen=True, slots=True)
class ChannelRows:
    """The readings of one channel in one file; all arrays (n,), timestamps in UTC marking the beginning."""

    channel_id: int
    timestamps: npt.NDArray[np.datetime64]
    values: npt.NDArray[np.float64]
    lines: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a file's readings."""

    new: int = 0
    same: int = 0
    changed: int = 0
    kept: int = 0


def copy_readings(
    connection: Connection, file_id: int, station: str, batch: Sequence[ChannelRows], *, overrules: bool = False
) -> Counts:
    """Bring a file's readings in, within the caller's transaction, and write the spans that changed.

    Plain COPY is twice as fast as staging and right where no row of these channels stands in the file's span and no
    stamp stands twice in it.
    """
    batch = [rows for rows in batch if len(rows.timestamps)]
    if not batch:
        return Counts()
    first = min(rows.timestamps.min() for rows in batch)
    last = max(rows.timestamps.max() for rows in batch)
    repeats = any(_repeats(rows.timestamps) for rows in _one_of_each_table(batch))
    in_the_way = connection.execute(ANY_IN_THE_WAY, [[rows.channel_id for rows in batch], _utc(first), _utc(last)])
    if not repeats and not overrules and in_the_way.fetchone() == (False,):
        _copy(connection, COPY_READINGS, _encoded(file_id, batch, with_lines=False))
        _write_spans(connection, station, batch)
        return Counts(new=sum(len(rows.values) for rows in batch))
    connection.execute(CREATE_STAGE)
    _copy(connection, COPY_STAGE, _encoded(file_id, batch, with_lines=True))
    connection.execute("analyze stage")
    settled = connection.execute(SETTLE_DUPLICATES.encode()).fetchone() if repeats else (0, 0)
    merged = connection.execute(
        MERGE.encode(), {"first": _utc(first), "last": _utc(last), "station": station}
    ).fetchone()
    connection.execute("drop table stage")
    assert settled is not None
    assert merged is not None
    new, same, changed, kept = merged
    return Counts(new, same + settled[0], changed, kept + settled[1])


def _one_of_each_table(batch: Sequence[ChannelRows]) -> list[ChannelRows]:
    """Columns of a table mostly share one array of stamps; each array needs to be looked at once."""
    return list({id(rows.timestamps): rows for rows in batch}.values())


def _repeats(timestamps: npt.NDArray[np.datetime64]) -> bool:
    if bool((np.diff(timestamps) > np.timedelta64(0, "us")).all()):
        return False
    return len(np.unique(timestamps)) < len(timestamps)


def _encoded(file_id: int, batch: Sequence[ChannelRows], *, with_lines: bool) -> Iterator[bytes]:
    yield binary.HEADER
    for rows in batch:
        lines = rows.lines if with_lines else None
        yield binary.rows(rows.timestamps, rows.channel_id, file_id, rows.values, lines)
    yield binary.TRAILER


def _copy(connection: Connection, statement: str, blocks: Iterator[bytes]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for block in blocks:
            copy.write(block)


def _write_spans(connection: Connection, station: str, batch: Sequence[ChannelRows]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.changed_span (station, channel_id, date_from, date_to, cause)"
            " select %s, channel_id, %s, %s + averaging_period, 'load' from raw.channel where channel_id = %s",
            [(station, _utc(rows.timestamps.min()), _utc(rows.timestamps.max()), rows.channel_id) for rows in batch],
        )


def _utc(stamp: np.datetime64) -> datetime:
    naive: Any = stamp.item()
    moment: datetime = naive.replace(tzinfo=UTC)
    return moment
