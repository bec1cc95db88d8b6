"""Where in a file a reading stands: found by reading the archived bytes once more with the format's parser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from loaders import ledger
from loaders.clock import Logger, Stamps, to_utc_begin
from loaders.formats.frame import LoggerFile, Table
from loaders.formats.text import decode_lines
from loaders.ledger import LedgerRow
from loaders.opening import Opener
from loaders.receiving import as_it_came

CHANNEL = "select logger, table_name, column_name, averaging_period from raw.channel where channel_id = %s"
CLOCK = "select utc_offset, timestamp_is_end_of_period, last_timestamp from raw.file where file_id = %s"


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a file.

    Attributes:
        line: from 1, header lines counted; None where the format has none.
        record: from 1, of a binary format; else None.
        text: the line as the file has it; None where there is none.
    """

    line: int | None
    record: int | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Clock:
    """What the ledger says was applied to the stamps of a file, last of all; `last` is UTC."""

    utc_offset: np.timedelta64
    is_end: bool
    last: np.datetime64

    def to_utc(self, stamps: Stamps, period: np.timedelta64) -> Stamps:
        """Stamps of the file in UTC, marking the beginning."""
        return stamps - self.utc_offset - (period if self.is_end else np.timedelta64(0, "us"))

    def of_last(self, period: np.timedelta64) -> Stamps:
        """The last stamp of the file, as it stands there."""
        return np.array([self.last + self.utc_offset + (period if self.is_end else np.timedelta64(0, "us"))])


@dataclass(frozen=True, slots=True)
class Wanted:
    """A reading: its column, the beginning of its averaging period in UTC, and its value, NaN where it is missing."""

    logger: Logger | None
    clock: Clock
    table_name: str
    column_name: str
    averaging_period: np.timedelta64
    timestamp: np.datetime64
    value: float

    def rows_of(self, file: LoggerFile, table: Table) -> npt.NDArray[np.int64]:
        """The lines of a table that hold it, in the file's order."""
        stated = table.averaging_period
        if table.name != self.table_name or (stated is not None and stated != self.averaging_period):
            return np.array([], dtype=np.int64)
        is_then = self._to_utc(file, table.timestamps) == self.timestamp
        is_there = np.zeros(len(is_then), dtype=np.bool_)
        for column, values, rejected in zip(table.columns, table.values, table.rejected_cells, strict=True):
            if column.name == self.column_name:
                is_same = np.isnan(values) if np.isnan(self.value) else values == self.value
                is_there |= is_then & is_same & ~rejected
        return table.lines[is_there]

    def _to_utc(self, file: LoggerFile, stamps: Stamps) -> Stamps:
        """As the file was loaded: by the metadata, unless they have said otherwise since."""
        if self.logger is None:
            return self.clock.to_utc(stamps, self.averaging_period)
        stated: dict[str, Any] = {
            "utc_offset": file.utc_offset,
            "timestamp_is_end_of_period": file.timestamp_is_end_of_period,
        }
        last = self.clock.of_last(self.averaging_period)
        now = to_utc_begin(last, self.logger, self.averaging_period, **stated)[0]
        if now[0] != self.clock.last:
            return self.clock.to_utc(stamps, self.averaging_period)
        return to_utc_begin(stamps, self.logger, self.averaging_period, **stated)[0]


def find(opener: Opener, file_id: int, channel_id: int, timestamp: np.datetime64, value: float | None) -> Place | None:
    """The row of a file that a reading came from: the last one that says so, as later rows win.

    Args:
        opener: opens files of the archive.
        file_id: the file that the reading is on record with.
        channel_id: its channel.
        timestamp: the beginning of its averaging period, UTC.
        value: as recorded; None is missing.

    None where the file, as it is read now, has no such reading. Raises ArchiveDamaged where the file is gone, and
    MetadataError or FormatError where it can't be read any more.
    """
    row = ledger.find(opener.connection, "file_id = %s", file_id)[0]
    wanted = _wanted(opener, file_id, channel_id, timestamp, value)
    module, parts = opener.reread(row)
    line = None
    for part in parts:
        for table in part.file.tables:
            for found in wanted.rows_of(part.file, table)[-1:].tolist():
                line = found
    if line is None:
        return None
    before: int | None = getattr(module, "LINES_BEFORE_RECORDS", None)
    if before is not None:
        return Place(None, line - before, None)
    return Place(line, None, _text(opener, row, line))


def _wanted(opener: Opener, file_id: int, channel_id: int, timestamp: np.datetime64, value: float | None) -> Wanted:
    channel: Any = opener.connection.execute(CHANNEL, [channel_id]).fetchone()
    clock: Any = opener.connection.execute(CLOCK, [file_id]).fetchone()
    logger, table_name, column_name, averaging_period = channel
    utc_offset, is_end, last = clock
    return Wanted(
        opener.loggers.find(logger),
        Clock(np.timedelta64(utc_offset, "us"), bool(is_end), np.datetime64(last.replace(tzinfo=None), "us")),
        table_name,
        column_name,
        np.timedelta64(averaging_period, "us"),
        timestamp,
        np.nan if value is None else value,
    )


def _text(opener: Opener, row: LedgerRow, line: int) -> str | None:
    whole = as_it_came(opener.connection, opener.archive, row)
    lines = decode_lines(whole.read(0, whole.size)).split("\n")
    return lines[line - 1] if line <= len(lines) else None
