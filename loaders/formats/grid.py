"""Rows of text with a separator and a decimal mark of somebody's locale into columns, by way of `delimited`.

That reads commas between fields and points in numbers, so the text is first turned into such; what a file has of these
two signs beyond its own use of them is set aside, so that it can't pass for one.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from loaders.formats import cells, delimited
from loaders.formats.cells import Cells
from loaders.formats.delimited import Rows
from loaders.formats.frame import Column, Rejected, Table

ASIDE_COMMA, ASIDE_POINT = "\x1f", "\x1e"


@dataclass(frozen=True, slots=True)
class Dialect:
    """The sign between fields, and the one before decimals."""

    separator: str
    decimal: str = "."

    def plain(self, body: bytes) -> bytes:
        """The text with commas between fields and points before decimals."""
        return body.translate(bytes.maketrans(*(text.encode() for text in self._signs())))

    def restored(self, texts: pa.ChunkedArray[Any]) -> pa.ChunkedArray[Any]:
        """Cells of text as the file has them."""
        own, plain = self._signs()
        for before, after in zip(plain, own, strict=True):  # in this order, or one sign would be taken for another
            texts = pc.replace_substring(texts, before, after)
        return texts

    def _signs(self) -> tuple[str, str]:
        signs = {self.separator: ","}
        if self.decimal == ",":
            signs |= {",": ".", ".": ASIDE_POINT}
        elif self.separator != ",":
            signs[","] = ASIDE_COMMA
        return "".join(signs), "".join(signs.values())


@dataclass(frozen=True)
class Grid:
    """Rows of one width: their timestamps as text, and their columns of readings by position."""

    rows: Rows
    stamps: pa.ChunkedArray[Any]
    columns: dict[int, Cells]
    texts: list[str]
    first_line: int

    def text(self, line: int) -> str:
        """A line as the file has it."""
        return self.texts[line - self.first_line]


def read(
    body: bytes,
    first_line: int,
    width: int,
    dialect: Dialect,
    *,
    stamp: int,
    readings: Sequence[int],
    missing: Sequence[str],
) -> Grid:
    """Read lines of `width` fields; the position of the timestamp and those of the readings are given."""
    plain = dialect.plain(body)
    rows, read_columns = _read(plain, first_line, width, stamp, readings, missing)
    columns = {}
    for position in readings:
        column = read_columns[position]
        is_read = column.type == pa.float64()
        columns[position] = cells.from_numbers(column) if is_read else cells.from_strings(column, missing)
    texts = body.decode(errors="replace").split("\n")
    return Grid(rows, dialect.restored(read_columns[stamp]), columns, texts, first_line)


def _read(
    plain: bytes, first_line: int, width: int, stamp: int, readings: Sequence[int], missing: Sequence[str]
) -> tuple[Rows, dict[int, pa.ChunkedArray[Any]]]:
    """Read in the quickest way that the text allows; numbers come as strings where some are none."""
    rows = delimited.as_they_are(plain, first_line)
    if delimited.quotes_are_tidy(rows.body):
        with suppress(pa.ArrowInvalid):
            columns = delimited.read_columns(rows.body, width, numbers=readings, strings=[stamp], missing=missing)
            if len(columns[stamp]) == len(rows.lines) and all(cells.are_numbers(columns[at]) for at in readings):
                return rows, columns
    rows = delimited.regular_rows(plain, first_line, width)
    return rows, delimited.read_strings(rows.body, width, [stamp, *readings])


def without_texts(grid: Grid, positions: Sequence[int]) -> Grid:
    """The grid without those of these columns that hold words and no number at all."""
    kept = {
        position: column
        for position, column in grid.columns.items()
        if position not in positions or column.has_number or not column.unreadable.any()
    }
    return replace(grid, columns=kept)


def with_missing_numbers(grid: Grid, numbers: Sequence[float]) -> Grid:
    """The grid with NaN for numbers that say that nothing was measured."""
    columns = {}
    for position, column in grid.columns.items():
        values = column.values.copy()
        values[np.isin(values, numbers)] = np.nan
        columns[position] = Cells(values, column.unreadable)
    return replace(grid, columns=columns)


def to_table(
    grid: Grid,
    times: NDArray[np.datetime64],
    columns: Mapping[int, Column],
    expected: str,
    averaging_period: np.timedelta64 | None = None,
) -> tuple[tuple[Table, ...], tuple[Rejected, ...]]:
    """The rows that have a time as a table (none where there are no rows), and what can't be read."""
    stamped = ~np.isnat(times)
    table = Table(
        name="",
        columns=tuple(columns[position] for position in grid.columns),
        timestamps=times[stamped],
        lines=grid.rows.lines[stamped],
        values=tuple(column.values[stamped] for column in grid.columns.values()),
        rejected_cells=tuple(column.unreadable[stamped] for column in grid.columns.values()),
        averaging_period=averaging_period,
    )
    rejected = [*_rejected_lines(grid, stamped, expected), *_rejected_cells(grid, stamped, columns)]
    tables = (table,) if len(table.timestamps) else ()
    return tables, tuple(sorted(rejected, key=lambda line: line.line))


def _rejected_lines(grid: Grid, stamped: NDArray[np.bool_], expected: str) -> Iterator[Rejected]:
    for ragged in grid.rows.ragged:
        yield Rejected(ragged.line, grid.text(ragged.line), ragged.reason, len(grid.columns))
    for row in np.flatnonzero(~stamped).tolist():
        line = int(grid.rows.lines[row])
        reason = f"'{grid.stamps[row].as_py()}' is no time of the calendar; {expected} expected"
        yield Rejected(line, grid.text(line), reason, len(grid.columns))


def _rejected_cells(grid: Grid, stamped: NDArray[np.bool_], columns: Mapping[int, Column]) -> Iterator[Rejected]:
    bad: dict[int, list[str]] = {}
    for position, column in grid.columns.items():
        for row in np.flatnonzero(column.unreadable & stamped).tolist():
            bad.setdefault(row, []).append(columns[position].name)
    for row, names in bad.items():
        line = int(grid.rows.lines[row])
        yield Rejected(line, grid.text(line), f"no number in {', '.join(names)}; a number expected", len(names))


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """The names with ` (2)`, ` (3)` after the second and third time that one comes; the first keeps its own."""
    taken, times = set(names), Counter[str]()
    made = []
    for name in names:
        times[name] += 1
        another = name
        while times[name] > 1 and another in taken:
            another = f"{name} ({times[name]})"
            times[name] += another in taken
        taken.add(another)
        made.append(another)
    return tuple(made)


def cut_after(body: bytes, separator: str, fields: int) -> bytes:
    """Empty what follows the first `fields` fields of each line: the separator before it stays."""
    data, is_end, within = _separators_so_far(body, separator)
    keep = (within < fields) | ((within == fields) & (data == ord(separator))) | is_end
    return bytes(data[keep])


def without_padding(body: bytes, separator: str, fields: int) -> bytes:
    """Take separators away that stand at a line's end after its first `fields` fields, and nothing between them."""
    if (separator + "\n").encode() not in body and not body.endswith(separator.encode()):
        return body
    data, is_end, within = _separators_so_far(body, separator)
    beyond = (within >= fields) & ~is_end
    filled = np.cumsum(beyond & (data != ord(separator)), dtype=np.int64)[is_end]
    is_empty = np.append(np.diff(filled, prepend=0) == 0, False)
    return bytes(data[~(beyond & is_empty[_line_of_byte(is_end)])])


def _separators_so_far(body: bytes, separator: str) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.int64]]:
    """The bytes, which of them end a line, and how many separators stand in the line up to and with each of them."""
    data = np.frombuffer(body if body.endswith(b"\n") or not body else body + b"\n", dtype=np.uint8)
    is_end = data == ord("\n")
    counts = np.cumsum(data == ord(separator), dtype=np.int64)
    before = np.append(0, counts[is_end])
    return data, is_end, counts - before[_line_of_byte(is_end)]


def _line_of_byte(is_end: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.asarray(np.cumsum(is_end, dtype=np.int64) - is_end)
