"""The frame that every format fills: what a logger's file says, in tidy columns, and nothing that it doesn't say."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

LINE = re.compile(r"(?<=\bline )\d+")


class FormatError(Exception):
    """A file, or the part of it that all else depends on, can't be read.

    Attributes:
        what: what was found and what was expected, as a sentence.
        where: the place in the file ("line 3"); the caller knows the file's name.
        remedy: what to do; empty where nothing helps.
    """

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def moved(self, by: int) -> FormatError:
        """The same of a part of a file, with its line as the whole file counts it."""
        where = LINE.sub(lambda line: str(int(line[0]) + by), self.where)
        return type(self)(self.what, where, self.remedy)


class Undecided(FormatError):
    """These rows don't tell how they are to be read; with others of the file they might."""


@dataclass(frozen=True, slots=True)
class Column:
    """A numeric column: its name and unit as the file has them, its statistic in the words of IEA Task 43.

    The statistic is None where the header doesn't say it, and for plain samples.
    """

    name: str
    unit: str
    statistic: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one table of the logger, as the file has them and in its order, duplicates included.

    Attributes:
        name: the logger's name for the table, empty where there is none.
        columns: one for each array in `values` and `rejected_cells`.
        timestamps: (rows,) datetime64[us], naive, by the logger's clock, as stamped.
        lines: (rows,) int64, the line in the file, from 1, header lines counted.
        values: a float64 (rows,) for each column; NaN is what the logger recorded as missing.
        rejected_cells: a bool (rows,) for each column; where True the cell could not be read and is no reading.
        averaging_period: where the file states it.
    """

    name: str
    columns: tuple[Column, ...]
    timestamps: NDArray[np.datetime64]
    lines: NDArray[np.int64]
    values: tuple[NDArray[np.float64], ...]
    rejected_cells: tuple[NDArray[np.bool_], ...]
    averaging_period: np.timedelta64 | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line of which a part or all could not be read, with how many readings that part holds.

    Where only cells of a row are at fault, the table's `rejected_cells` say which, and the row's stamp is there.

    Attributes:
        line: in the file, from 1, header lines counted.
        text: as the file has it.
        reason: what was found and what was expected.
        readings: how many are lost with it.
        table: of a line that is no row of the table, the name of the one that it was written to.
        timestamp: of such a line its stamp, naive, by the logger's clock, where that could be read all the same.
        columns: of such a line the columns that lost a reading; None where all did.
    """

    line: int
    text: str
    reason: str
    readings: int
    table: str = ""
    timestamp: np.datetime64 | None = None
    columns: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a file can be cut, so that what follows can be read by itself with the heading before it.

    Attributes:
        at: bytes of whole rows, the heading included.
        lines: how many lines they are.
        heading: the bytes that say what rows are, as they hold for what follows.
        heading_lines: how many lines these are.
    """

    at: int
    lines: int
    heading: bytes
    heading_lines: int


@dataclass(frozen=True, slots=True)
class LoggerFile:
    """All that one file says.

    The readings it holds are the cells of its tables, less the rejected ones, plus those counted in `rejected`.

    Attributes:
        format: the NAME of the module that read it.
        logger: the logger's serial as the header has it, None where it has none.
        tables: those that have rows.
        rejected: in the order of lines.
        header: what the file says of itself, ready for JSON.
        created: when the file says it was written.
        utc_offset: of the timestamps, where the file states it.
        timestamp_is_end_of_period: None where the file doesn't say.
        is_unverified: whether it is read in a way that no file of a real logger has borne out, though its format has
            been checked.
    """

    format: str
    logger: str | None
    tables: tuple[Table, ...]
    rejected: tuple[Rejected, ...]
    header: dict[str, object]
    created: datetime | None
    utc_offset: np.timedelta64 | None
    timestamp_is_end_of_period: bool | None
    is_unverified: bool = False

    def moved(self, by: int) -> LoggerFile:
        """The same of a part of a file, with lines as the whole file counts them."""
        tables = tuple(replace(table, lines=table.lines + by) for table in self.tables)
        return replace(self, tables=tables, rejected=tuple(replace(bad, line=bad.line + by) for bad in self.rejected))
