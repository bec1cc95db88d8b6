"""Rows of text with a separator and a decimal mark of somebody's locale into columns, by way of `delimited`.

That reads commas between fields and points in numbers, so the text is first turned into such; what a file has of these
two signs beyond its own use of them is set aside, so that it can't pass for one.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from loaders.formats import cells, delimited
from loaders.formats.cells import Cells
from loaders.formats.delimited import Rows
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Column, Rejected, Table

ASIDE_COMMA, ASIDE_POINT = "\x02", "\x01"  # in no number, and no blanks, which cells may have around them

MOST_MARKS = 1 << 15  # numbers with decimals, that settle how a file writes all of its own


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

    def as_it_was(self, text: str) -> str:
        """A line of `plain` as the file has it."""
        own, plain = self._signs()
        return text.translate(str.maketrans(plain, own))

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

    @property
    def is_empty(self) -> bool:
        """Whether there is no line, be it a row or not."""
        return not len(self.rows.lines) and not self.rows.ragged

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
    """Read lines of `width` fields; the position of the timestamp and those of the readings are given.

    Separators that only pad a line are none of a field.
    """
    plain = dialect.plain(without_padding(body, dialect.separator, width))
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


def without(grid: Grid, positions: Collection[int]) -> Grid:
    """The grid without these columns."""
    return replace(grid, columns={at: column for at, column in grid.columns.items() if at not in positions})


@dataclass(frozen=True, slots=True)
class Seen:
    """In which columns, by position, there is a number, a cell that is neither a number nor missing, a value but 0."""

    numbers: frozenset[int] = frozenset()
    words: frozenset[int] = frozenset()
    values: frozenset[int] = frozenset()

    @classmethod
    def of(cls, columns: Mapping[int, Cells]) -> Seen:
        """What these cells show."""
        return cls(
            frozenset(at for at, cell in columns.items() if cell.has_number),
            frozenset(at for at, cell in columns.items() if cell.unreadable.any()),
            frozenset(at for at, cell in columns.items() if np.nan_to_num(cell.values).any()),
        )

    def __add__(self, later: Seen) -> Seen:
        return Seen(self.numbers | later.numbers, self.words | later.words, self.values | later.values)


def without_texts(grid: Grid, positions: Sequence[int], hearing: Hearing | None = None) -> Grid:
    """The grid without those of these columns that hold words and no number at all, in all rows of the file."""
    own = Seen.of({at: grid.columns[at] for at in positions})
    seen = hearing.together(own) if hearing else own
    return without(grid, [at for at in positions if at in seen.words - seen.numbers])


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
    *,
    name: str = "",
) -> tuple[tuple[Table, ...], tuple[Rejected, ...]]:
    """The rows that have a time as a table (none where there are no rows), and what can't be read.

    `columns` are at the positions that were read, and may be more; `expected` is how stamps are written.
    """
    stamped = ~np.isnat(times)
    table = Table(
        name=name,
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


def named(cells: Iterable[str]) -> list[str]:
    """The names in the cells of a line, without blanks and quotes around them, and without empty ones at the end."""
    names = [cell.strip().strip('"').strip() for cell in cells]
    while len(names) > 1 and not names[-1]:
        names.pop()
    return names


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


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of the first numbers that have decimals, one after the other."""

    first: bytes

    def __add__(self, later: Marks) -> Marks:
        return Marks((self.first + later.first)[:MOST_MARKS])


def decimal_mark(body: bytes, separator: str, hearing: Hearing | None = None) -> str:
    """The mark that the first numbers with decimals have: where they differ, the others are no numbers there."""
    if separator == ",":
        return "."
    sign = separator.encode()
    numbers = re.finditer(rb"(?<=[%s\n])[+-]?\d*([,.])\d+(?=[%s\n])" % (sign, sign), body)
    own = Marks(b"".join(number[1] for number in islice(numbers, MOST_MARKS)))
    marks = hearing.together(own) if hearing else own
    return "," if marks.first.count(b",") > marks.first.count(b".") else "."


def cut_after(body: bytes, separator: str, fields: int) -> bytes:
    """Empty what follows the first `fields` fields of each line: the separator before it stays."""
    sign = separator.encode()
    return b"".join(
        body[start:beyond] + (sign if beyond < end else b"") + b"\n"
        for start, beyond, end in _lines(body, separator, fields)
    )


def without_padding(body: bytes, separator: str, fields: int) -> bytes:
    """Take separators away that stand at a line's end after its first `fields` fields, and nothing between them."""
    sign = separator.encode()
    if sign + b"\n" not in body and not body.endswith(sign):
        return body
    return b"".join(
        body[start : end if body[beyond:end].strip(sign) else beyond] + b"\n"
        for start, beyond, end in _lines(body, separator, fields)
    )


def _lines(body: bytes, separator: str, fields: int) -> Iterator[tuple[int, int, int]]:
    """For each line where it begins, where the separator after its first `fields` fields stands, where it ends.

    A line with fewer separators has none after them: there the second is the third.
    """
    data = np.frombuffer(body if body.endswith(b"\n") or not body else body + b"\n", dtype=np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    starts = np.append(0, ends[:-1] + 1) if len(ends) else ends
    separators = np.append(np.flatnonzero(data == ord(separator)), np.iinfo(np.int64).max)
    after = np.minimum(np.searchsorted(separators, starts) + fields - 1, len(separators) - 1)
    beyond = np.minimum(separators[after], ends)
    return zip(starts.tolist(), beyond.tolist(), ends.tolist(), strict=True)
