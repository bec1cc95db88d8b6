"""Rows of text without quotes, a row a line and one separator between its fields, into columns.

Arrow reads the text; lines of another width, which it can't take, are found beforehand and told.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from loaders.formats import cells, stamps
from loaders.formats.cells import Cells
from loaders.formats.delimited import BLOCK_BYTES, LARGEST_BLOCK, LF, Ragged, Rows
from loaders.formats.frame import Column, FormatError, Rejected, Table


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of a file, their first field as text, and the columns of numbers by position."""

    rows: Rows
    stamps: pa.ChunkedArray[Any]
    columns: dict[int, Cells]


def read_lines(
    body: bytes, first_line: int, *, separator: str, width: int, columns: Sequence[int], missing: Sequence[str]
) -> Lines:
    """Read the stamps and the columns at these positions; `missing` are the words for what was not measured."""
    rows = regular_rows(body, first_line, separator, width)
    if not len(rows.lines):
        nothing = Cells(np.zeros(0), np.zeros(0, dtype=bool))
        return Lines(rows, pa.chunked_array([pa.array([], pa.string())]), dict.fromkeys(columns, nothing))
    with suppress(pa.ArrowInvalid):
        types = dict.fromkeys(columns, pa.float64()) | {0: pa.string()}
        read = _read(rows.body, separator, width, types, BLOCK_BYTES, missing)
        if all(cells.are_numbers(read[column]) for column in columns):
            return Lines(rows, read[0], {column: cells.from_numbers(read[column]) for column in columns})
    types = dict.fromkeys([0, *columns], pa.string())
    read = _read(rows.body, separator, width, types, min(len(rows.body) + 1, LARGEST_BLOCK))
    return Lines(rows, read[0], {column: cells.from_strings(read[column], missing) for column in columns})


def regular_rows(body: bytes, first_line: int, separator: str, width: int) -> Rows:
    """Take out lines that have another number of fields; blank ones hold nothing, the others are told."""
    whole = body if body.endswith(b"\n") or not body else body + b"\n"
    data = np.frombuffer(whole, dtype=np.uint8)
    ends = np.flatnonzero(data == LF)
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    separators = np.diff(np.cumsum(data == ord(separator), dtype=np.int64)[ends], prepend=0)
    # Arrow takes a carriage return for a line's end; none is left where the text was decoded as lines
    regular = separators == width - 1
    ragged = []
    for line in np.flatnonzero(~regular).tolist():
        text = whole[starts[line] : ends[line]].decode()
        if text.strip():
            reason = f"{separators[line] + 1} columns found, {width} named in the header"
            ragged.append(Ragged(first_line + line, text, reason))
    if not regular.all():
        whole = data[np.repeat(regular, ends - starts + 1)].tobytes()
    return Rows(whole, first_line + np.flatnonzero(regular), tuple(ragged))


def as_table(
    lines: Lines,
    times: NDArray[np.datetime64],
    columns: Mapping[int, Column],
    *,
    name: str,
    averaging_period: np.timedelta64 | None,
    expected: str,
) -> tuple[Table, list[Rejected]]:
    """The rows whose stamp was read (NaT: it was not), and what could not be; `expected` is how stamps are written."""
    stamped = ~np.isnat(times)
    read = {position: lines.columns[position] for position in columns}
    table = Table(
        name=name,
        columns=tuple(columns.values()),
        timestamps=times[stamped],
        lines=lines.rows.lines[stamped],
        values=tuple(column.values[stamped] for column in read.values()),
        rejected_cells=tuple(column.unreadable[stamped] for column in read.values()),
        averaging_period=averaging_period,
    )
    rejected = [Rejected(bad.line, bad.text, bad.reason, len(columns)) for bad in lines.rows.ragged]
    rejected += _unplaced(lines, stamped, len(columns), expected)
    rejected += _unreadable(lines, stamped, columns)
    return table, sorted(rejected, key=lambda line: line.line)


def refuse_ambiguous(lines: Lines, times: NDArray[np.datetime64], expected: str) -> None:
    """Raise where no stamp was read and the first that has a date can be read in two ways."""
    if not len(times) or not np.isnat(times).all():
        return
    for text, line in zip(map(str, lines.stamps), lines.rows.lines, strict=True):
        if stamps.is_ambiguous(text):
            raise FormatError(
                f"no timestamp can be read: '{text[:40]}' may be day, month or month, day; {expected} expected",
                f"line {line}",
                "export the file again with the maker's own dates, or load it as it was exported",
            )


def _unplaced(lines: Lines, stamped: NDArray[np.bool_], readings: int, expected: str) -> Iterator[Rejected]:
    for row in np.flatnonzero(~stamped).tolist():
        reason = f"'{lines.stamps[row].as_py()}' is no time of the calendar; {expected} expected"
        yield Rejected(int(lines.rows.lines[row]), lines.rows.text(row), reason, readings)


def _unreadable(lines: Lines, stamped: NDArray[np.bool_], columns: Mapping[int, Column]) -> Iterator[Rejected]:
    bad: dict[int, list[str]] = {}
    for position, column in columns.items():
        for row in np.flatnonzero(lines.columns[position].unreadable & stamped).tolist():
            bad.setdefault(row, []).append(column.name)
    for row, names in bad.items():
        reason = f"no number in {', '.join(names)}"
        yield Rejected(int(lines.rows.lines[row]), lines.rows.text(row), reason, len(names))


def _read(
    body: bytes,
    separator: str,
    width: int,
    types: Mapping[int, pa.DataType],
    block_bytes: int,
    missing: Sequence[str] = (),
) -> dict[int, pa.ChunkedArray[Any]]:
    table = arrow_csv.read_csv(
        io.BytesIO(body),
        read_options=arrow_csv.ReadOptions(
            column_names=[str(column) for column in range(width)],
            block_size=block_bytes,
        ),
        parse_options=arrow_csv.ParseOptions(delimiter=separator, quote_char=False),
        convert_options=arrow_csv.ConvertOptions(
            column_types={str(column): kind for column, kind in types.items()},
            include_columns=[str(column) for column in types],
            null_values=list(missing),
            check_utf8=False,
        ),
    )
    return {column: table[str(column)] for column in types}
