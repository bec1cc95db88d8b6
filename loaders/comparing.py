"""Compares a batch with the readings that stand: most files that overlap say the same, and that must cost little.

Whole columns are compared in slices of time; what differs is left to SQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from database.connection import Connection
from loaders import binary
from loaders.readings import ChannelRows, Counts, as_utc, only

RANKS = (Path(__file__).parent / "ranks.sql").read_text()
# A channel's rows as arrays, since psycopg hands rows over one by one
STANDING = """
select
    channel_id,
    array_agg(timestamp order by timestamp),
    array_agg(file_id order by timestamp),
    array_agg(coalesce(value, 'NaN') order by timestamp)
from raw.reading
where channel_id = any(%s) and timestamp between %s and %s
group by channel_id
"""
SLICE = np.timedelta64(32, "D")
SLICE_ROWS = 500_000  # slices that follow each other are taken together up to so many incoming readings


@dataclass(frozen=True, slots=True)
class Standing:
    """The readings of a channel that stand, in order of time; arrays (n,), NaN where nothing was recorded."""

    timestamps: npt.NDArray[np.int64]  # microseconds since binary.EPOCH
    file_ids: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]


NOTHING = Standing(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


@dataclass(frozen=True, slots=True)
class Rank:
    """A file's place in the order by which one of two values wins; see ranks.sql."""

    place: int
    overruling: int
    overrules: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Readings at a constant step that a file holds as they stand, and for which it would win."""

    channel_id: int
    file_id: int
    date_from: datetime
    date_to: datetime
    step: timedelta


@dataclass(frozen=True, slots=True)
class Compared:
    """A slice of a batch, sorted out."""

    new: list[ChannelRows]
    conflicts: list[ChannelRows]
    same: list[tuple[int, Counts]]
    confirmed: list[Run]
    ranks: dict[int, Rank]


def compare(connection: Connection, batch: Sequence[ChannelRows]) -> Iterator[Compared]:
    """Compare rows with those that stand, slice by slice. The rows of each channel are in order of time."""
    for part in _slices(batch):
        first = as_utc(min(rows.timestamps[0] for rows in part))
        last = as_utc(max(rows.timestamps[-1] for rows in part))
        channels = sorted({rows.channel_id for rows in part})
        standing = _standing(connection, channels, first, last)
        files = {rows.file_id for rows in part}
        files = files.union(*(np.unique(one.file_ids).tolist() for one in standing.values()))
        given = {"files": sorted(files), "channels": channels, "first": first, "last": last}
        ranks = {row[0]: Rank(*row[1:]) for row in connection.execute(RANKS.encode(), given).fetchall()}
        compared = Compared([], [], [], [], ranks)
        for rows in part:
            _sort_out(rows, standing.get(rows.channel_id, NOTHING), compared)
        yield compared


def confirm(connection: Connection, runs: Sequence[Run]) -> None:
    """Record which files else hold readings that stand."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into raw.confirmed_span (channel_id, file_id, date_from, date_to, step)"
            " values (%s, %s, %s, %s, %s)",
            [(run.channel_id, run.file_id, run.date_from, run.date_to, run.step) for run in runs],
        )


def _slices(batch: Sequence[ChannelRows]) -> Iterator[list[ChannelRows]]:
    """The batch by time, so that what stands between two distant rows is never asked for."""
    slices: dict[int, list[ChannelRows]] = {}
    for rows in batch:
        numbers = (rows.timestamps.astype("datetime64[us]") - binary.EPOCH) // SLICE
        edges = np.flatnonzero(np.diff(numbers)) + 1
        for start, end in zip([0, *edges.tolist()], [*edges.tolist(), len(numbers)], strict=True):
            slices.setdefault(int(numbers[start]), []).append(only(rows, np.arange(start, end)))
    together: list[ChannelRows] = []
    previous = None
    for number in sorted(slices):
        count = sum(len(rows.values) for rows in together) + sum(len(rows.values) for rows in slices[number])
        if together and (previous != number - 1 or count > SLICE_ROWS):
            yield together
            together = []
        together = together + slices[number]
        previous = number
    if together:
        yield together


def _standing(connection: Connection, channels: list[int], first: datetime, last: datetime) -> dict[int, Standing]:
    """What stands, by channel."""
    with connection.cursor(binary=True) as cursor:
        result = cursor.execute(STANDING, [channels, first, last]).pgresult
        assert result is not None
        found = {}
        for row in range(result.ntuples):
            channel, *arrays = (result.get_value(row, column) or b"" for column in range(4))
            found[int.from_bytes(channel)] = Standing(
                binary.array(arrays[0], ">i8").astype(np.int64),
                binary.array(arrays[1], ">i4").astype(np.int64),
                binary.array(arrays[2], ">f8").astype(np.float64),
            )
    return found


def _sort_out(rows: ChannelRows, standing: Standing, compared: Compared) -> None:
    stamps = (rows.timestamps - binary.EPOCH).astype("timedelta64[us]").astype(np.int64)
    there = standing.timestamps
    places = np.searchsorted(there, stamps)
    found = np.zeros(len(stamps), dtype=bool)
    inside = places < len(there)
    found[inside] = there[places[inside]] == stamps[inside]
    values = standing.values[places[found]]
    mine = rows.values[found]
    equal = (values == mine) | (np.isnan(values) & np.isnan(mine))
    same = np.flatnonzero(found)[equal]
    if not found.all():
        compared.new.append(only(rows, ~found))
    if not equal.all():
        compared.conflicts.append(only(rows, np.flatnonzero(found)[~equal]))
    if len(same):
        compared.same.append((rows.file_id, Counts(same=len(same))))
        holders = standing.file_ids[places[same]]
        compared.confirmed.extend(_runs(rows, same, holders, compared.ranks))


def _runs(
    rows: ChannelRows, same: npt.NDArray[np.intp], holders: npt.NDArray[np.int64], ranks: dict[int, Rank]
) -> Iterator[Run]:
    """The readings for which this file would win, as runs of one step. Missing values count where it overrules."""
    mine = ranks[rows.file_id]
    below = [file for file in np.unique(holders).tolist() if ranks[file].place < mine.place]
    wins = np.isin(holders, below)
    if not mine.overrules:
        wins &= ~np.isnan(rows.values[same])
    stamps = rows.timestamps[same[wins]]
    if not len(stamps):
        return
    steps = np.diff(stamps)
    distinct, counts = np.unique(steps, return_counts=True)
    step = distinct[np.argmax(counts)] if len(steps) else np.timedelta64(1, "us")
    edges = np.flatnonzero(steps != step) + 1
    for start, end in zip([0, *edges.tolist()], [*edges.tolist(), len(stamps)], strict=True):
        yield Run(rows.channel_id, rows.file_id, as_utc(stamps[start]), as_utc(stamps[end - 1]), step.item())
