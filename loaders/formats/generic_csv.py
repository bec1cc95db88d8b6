"""Any table of text that a description says how to read: the way for loggers of which no module knows.

Nothing is guessed: separator, decimal mark, columns, units, missing tokens and the timestamps' format, clock and label
are as the description says, and a file that has other columns is refused. It is as verified as the description says.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import csv
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loaders.formats import cells, cutting, delimited, grid
from loaders.formats.cells import Cells
from loaders.formats.csv_description import DEMAND, Description, decoded
from loaders.formats.delimited import Rows
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile
from loaders.formats.grid import Dialect, Grid
from loaders.formats.text import decode_lines

SHOWN = 5
BLANKS = re.compile(rb"[ \t]+")


@dataclass(frozen=True, slots=True)
class DescribedCsv:
    """A description as a format."""

    description: Description

    @property
    def NAME(self) -> str:  # noqa: N802 - as modules of formats have it
        """The word for it in the ledger and in `describe`."""
        return f"csv:{self.description.name}"

    @property
    def VERIFIED(self) -> bool:  # noqa: N802 - as modules of formats have it
        """Whether the description says how it was verified."""
        return self.description.verified is not None

    def matches(self, head: bytes) -> bool:
        """Whether the first lines are as the description's signature says."""
        lines = _text(head, self.description).split("\n")
        return all(
            len(lines) >= wanted.line and re.search(wanted.matches, lines[wanted.line - 1]) is not None
            for wanted in self.description.signature
        )

    def parse(self, content: bytes) -> LoggerFile:
        """Read a whole file."""
        return parse(content, self.description)

    def cut(self, content: bytes) -> Cut | None:
        """Where a file that is still appended to can be cut; None where its lines don't end in a byte of their own."""
        described = self.description
        if described.encoding and "\n".encode(described.encoding) != b"\n":
            return None
        if described.logger is not None and described.logger.line >= described.first_line:
            return None
        return cutting.under_last_header(content, (0,), described.first_line - 1)


def parse(content: bytes, description: Description) -> LoggerFile:
    """Read one file as described; raises FormatError where it is not as described."""
    lines = _text(content, description).split("\n")
    head, body = lines[: description.first_line - 1], lines[description.first_line - 1 :]
    names = _names(head, description)
    columns = _columns(names, description)
    read = _read("\n".join(body).encode(), names, columns, description)
    times = description.timestamp.compiled.read(read.stamps)
    if len(times) and np.isnat(times).all():
        what = f"no timestamp is like {description.timestamp.format}: '{read.stamps[0].as_py()}' found"
        raise FormatError(what, f"line {read.rows.lines[0]}", DEMAND)
    expected = f"a time like {description.timestamp.format}"
    told = {position: one.column for position, one in columns.items()}
    tables, rejected = grid.to_table(read, times, told, expected, description.period)
    return LoggerFile(
        format=DescribedCsv(description).NAME,
        logger=_logger(lines, description),
        tables=tuple(replace(table, name=description.table) for table in tables),
        rejected=rejected,
        header={"description": description.name, "lines": head, "names": list(names)},
        created=None,
        utc_offset=description.timestamp.utc_offset,
        timestamp_is_end_of_period=description.timestamp.is_end,
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column that is read: what it is, and which words and numbers say that nothing was measured."""

    column: Column
    words: tuple[str, ...]
    numbers: tuple[float, ...]


def _text(content: bytes, description: Description) -> str:
    return decoded(content, description.encoding) if description.encoding else decode_lines(content)


def _names(head: Sequence[str], description: Description) -> tuple[str, ...]:
    """The columns' names, as the file or the description has them; repeated ones get a number."""
    if description.names is not None:
        return grid.unique(description.names)
    line = description.names_line
    assert line is not None
    if line > len(head):
        what = f"first_line is {description.first_line}, a line after names_line {line} expected"
        raise FormatError(what, f"line {line}", DEMAND)
    text = head[line - 1]
    if description.separator == "blanks":
        return grid.unique(text.split())
    try:
        (cells_found,) = csv.reader([text], delimiter=description.sign, strict=True)
    except (csv.Error, ValueError) as error:
        raise FormatError("names of columns whose quotes are closed expected", f"line {line}", DEMAND) from error
    return grid.unique([cell.strip() for cell in cells_found])


def _columns(names: Sequence[str], description: Description) -> dict[int, Wanted]:
    """The columns of readings by position; every column of the file must be known, and every known one be there."""
    quantities = {quantity.name: quantity for quantity in description.columns}
    known = {*quantities, *description.timestamp.columns, *description.ignored}
    blank = {name for name in names if not name or re.fullmatch(r" \(\d+\)", name)} if "" in known else set()
    unknown = [name for name in names if name not in known | blank]
    absent = [name for name in (*quantities, *description.timestamp.columns) if name not in names]
    where = f"line {description.names_line}" if description.names_line else ""
    if unknown:
        remedy = "name them in the description, among columns or ignored"
        raise FormatError(f"columns that the description doesn't know: {_listed(unknown)}", where, remedy)
    if absent:
        remedy = "take them out of the description, or give the other kind of file a description of its own"
        raise FormatError(f"columns that the description names are not there: {_listed(absent)}", where, remedy)
    wanted = {}
    for position, name in enumerate(names):
        if name in quantities:
            quantity = quantities[name]
            tokens = description.missing if quantity.missing is None else quantity.missing
            wanted[position] = _wanted(Column(name, quantity.unit, quantity.statistic), tokens, _dialect(description))
    return wanted


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(f"'{name}'" for name in names[:SHOWN]) + more


def _wanted(column: Column, tokens: Sequence[str], dialect: Dialect) -> Wanted:
    """A missing token that is a number counts as that number, however it is written: -9999 is -9999.00 too."""
    plain = [dialect.plain(token.encode()).decode() for token in tokens]
    numbers = [token for token in plain if re.match(cells.NUMBER, token)]
    return Wanted(column, tuple(token for token in plain if token not in numbers), tuple(map(float, numbers)))


def _dialect(description: Description) -> Dialect:
    separator = "\t" if description.separator == "blanks" else description.sign
    return Dialect(separator, "," if description.decimal == "comma" else ".")


def _read(body: bytes, names: Sequence[str], wanted: dict[int, Wanted], description: Description) -> Grid:
    """The rows with their timestamps as text and their readings."""
    dialect = _dialect(description)
    regular = body
    if description.separator == "blanks":
        regular = b"\n".join(BLANKS.sub(b"\t", line.strip(b" \t")) for line in body.split(b"\n"))
    if b'"' not in regular:  # in quotes a separator is none
        regular = grid.without_padding(regular, dialect.separator, len(names))
    plain = dialect.plain(regular)
    stamps = [names.index(name) for name in description.timestamp.columns]
    rows, found = _read_rows(plain, description.first_line, len(names), stamps, wanted)
    columns = {}
    for position, one in wanted.items():
        column = found[position]
        is_read = column.type == pa.float64()
        read = cells.from_numbers(column) if is_read else cells.from_strings(column, one.words)
        values = np.where(np.isin(read.values, one.numbers), np.nan, read.values) if one.numbers else read.values
        columns[position] = Cells(values, read.unreadable)
    parts: list[Any] = [pc.utf8_trim_whitespace(dialect.restored(found[position])) for position in stamps]
    joined = reduce(lambda left, right: pc.binary_join_element_wise(left, right, " "), parts)
    return Grid(rows, joined, columns, body.decode().split("\n"), description.first_line)


def _read_rows(
    plain: bytes, first_line: int, width: int, stamps: list[int], wanted: dict[int, Wanted]
) -> tuple[Rows, dict[int, pa.ChunkedArray[Any]]]:
    """Read in the quickest way that the text allows: numbers as such where all columns have the same missing words."""
    rows = delimited.as_they_are(plain, first_line)
    words = {one.words for one in wanted.values()}
    if len(words) == 1 and delimited.quotes_are_tidy(rows.body):
        with suppress(pa.ArrowInvalid):
            numbers, missing = list(wanted), words.pop()
            found = delimited.read_columns(rows.body, width, numbers=numbers, strings=stamps, missing=missing)
            if len(found[stamps[0]]) == len(rows.lines) and all(cells.are_numbers(found[at]) for at in numbers):
                return rows, found
    rows = delimited.regular_rows(plain, first_line, width)
    return rows, delimited.read_strings(rows.body, width, [*stamps, *wanted])


def _logger(lines: Sequence[str], description: Description) -> str | None:
    """The serial that the file states where the description says; None where it says nothing of it."""
    wanted = description.logger
    if wanted is None:
        return None
    found = re.search(wanted.matches, lines[wanted.line - 1]) if wanted.line <= len(lines) else None
    if found is None or not found[1]:
        raise FormatError(f"no serial of the logger like {wanted.matches}", f"line {wanted.line}", DEMAND)
    return found[1].strip()
