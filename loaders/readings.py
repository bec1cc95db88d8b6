"""Readings on their way into the database: a channel's rows as whole columns, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class ChannelRows:
    """The readings of one channel in one file; all arrays (n,), timestamps in UTC marking the beginning."""

    file_id: int
    station: str
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

    def __add__(self, other: Self) -> Counts:
        return Counts(
            self.new + other.new, self.same + other.same, self.changed + other.changed, self.kept + other.kept
        )


def only(rows: ChannelRows, which: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> ChannelRows:
    """Some of the rows: by their places, or where True."""
    return ChannelRows(
        rows.file_id, rows.station, rows.channel_id, rows.timestamps[which], rows.values[which], rows.lines[which]
    )


def add_up(counts: Iterable[tuple[int, Counts]]) -> dict[int, Counts]:
    """Counts by file."""
    found: dict[int, Counts] = {}
    for file_id, more in counts:
        found[file_id] = found.get(file_id, Counts()) + more
    return found


def as_utc(stamp: np.datetime64) -> datetime:
    """A stamp for the database."""
    naive: Any = stamp.item()
    moment: datetime = naive.replace(tzinfo=UTC)
    return moment


def as_stamp(moment: datetime | None) -> np.datetime64 | None:
    """What the database holds, as a naive stamp in UTC."""
    return None if moment is None else np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")
