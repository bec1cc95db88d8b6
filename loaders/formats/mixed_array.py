"""Campbell's mixed-array files (CR10X, CR23X): rows without a header, each led by the number of its array.

A row is array id, year, day of the year, hours and minutes without leading zeros, then values: `213,2010,48,5,240.2`.
Arrays of several ids stand among each other, each with its own length, and another one since its logger was programmed
anew. Each is a table, and its columns are named <id>_<position>: `213_5` is the first value of array 213. What they
are, and since when, stands in the metadata. The file states no zone, and not whether a stamp marks the beginning or the
end of its averaging period. 2400 is the end of its day; where the rows beside it say otherwise (loggers can be told to
write the new day with it) it is rejected. The ends of number ranges stand for what was out of range: 6999 and 99999 on
these loggers, 7999 where LoggerNet writes newer ones' tables. A file whose rows have seconds behind hours and minutes
is refused as far as its rows tell: the rows of a minute would be one.

Checked against a file of a CR23X. 2400 and 99999 are from general knowledge; 7999 is what Campbell's library writes.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import re
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from loaders.formats import array_lines, array_times, cells, cutting, delimited
from loaders.formats.array_lines import Lines
from loaders.formats.cells import Cells
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile, Rejected, Table
from loaders.formats.text import decode_lines

Times = NDArray[np.datetime64]

NAME = "mixed_array"
VERIFIED = True
ROW = re.compile(r"\d{1,5},(19|20|21)\d\d,([1-9]\d?|[12]\d\d|3[0-5]\d|36[0-6]),(2400|([01]?\d|2[0-3])?[0-5]?\d)(,|$)")
LEADING = 4  # id, year, day, hours and minutes
MINUTE_S = 60
MISSING = cells.spellings(("NAN", "INF", "-INF", "+INF", "", "6999", "-6999", "7999", "-7999", "99999", "-99999"))
UNVERIFIED = re.compile(rb"(?m)^\d+,\d+,\d+,2400(?:,|$)|,-?(?:99999|7999)(?=,|$)")  # midnights, and ends of ranges
STILL_WRITTEN = "load the file's next version: it ends within this line, so it was still being written"


def matches(head: bytes) -> bool:
    """Whether most lines begin as rows of arrays do."""
    *lines, last = decode_lines(head).split("\n")
    rows = [line for line in lines or [last] if line.strip()]
    return 2 * sum(ROW.match(row) is not None for row in rows) > len(rows)


def parse(content: bytes) -> LoggerFile:
    """Read one file; lines and cells that can't be read go to `rejected`.

    Raises FormatError where no line is a row, and where rows have seconds in a column of their own.
    """
    data = decode_lines(content).encode()
    lines = array_lines.split(data)
    tables: list[Table] = []
    rejected = list(lines.rejected)
    for number in np.unique(lines.ids[lines.ids > 0]).tolist():
        found, bad = read_array(lines, number)
        rejected += bad
        tables += found
    if not tables and not any(line.readings for line in rejected):
        raise FormatError(
            "no row of an array found",
            "line 1",
            "name the file's columns in a description of its own, if it is no mixed-array file",
        )
    rejected.sort(key=lambda line: line.line)
    if rejected and not data.endswith(b"\n") and rejected[-1].line == data.count(b"\n") + 1:
        rejected[-1] = replace(rejected[-1], reason=f"{rejected[-1].reason}; {STILL_WRITTEN}")
    return LoggerFile(
        format=NAME,
        logger=None,
        tables=tuple(tables),
        rejected=tuple(rejected),
        header={
            "arrays": [{"id": table.name, "columns": len(table.columns) + LEADING} for table in tables],
        },
        created=None,
        utc_offset=None,
        timestamp_is_end_of_period=None,
        is_unverified=UNVERIFIED.search(data) is not None,
    )


def cut(content: bytes) -> Cut | None:
    """Where a file that LoggerNet still appends to can be cut: there is no header."""
    return cutting.behind_last_line(content)


def read_array(lines: Lines, number: int) -> tuple[list[Table], list[Rejected]]:
    """The rows of one array, a table for each length that they have had, and what of them can't be read."""
    layouts, rejected = array_lines.layouts(lines, number)
    read = [read_cells(rows, width_of(rows)) for rows in layouts]
    times, whys = read_times(layouts, read)
    tables = []
    for rows, columns in zip(layouts, read, strict=True):
        refuse_seconds(number, rows, columns)
        table, bad = read_layout(number, rows, columns, times[rows.lines], whys)
        tables += [table] if table else []
        rejected += bad
    return tables, rejected


def refuse_seconds(number: int, rows: delimited.Rows, read: dict[int, Cells]) -> None:
    """Raise FormatError where the first value seems to be the second of the row's minute.

    A program can have seconds written behind hours and minutes. Nothing in the file says so; but then several rows of a
    minute follow each other, in each of them it is larger than before, and in no row it is other than a second.
    """
    if LEADING not in read:
        return
    readable = ~read[LEADING].unreadable
    seconds = read[LEADING].values[readable]
    is_second = (seconds >= 0) & (seconds < MINUTE_S) & (seconds % 1 == 0)
    leading = np.stack([read[place].values[readable] for place in range(1, LEADING)])
    same_minute = np.flatnonzero((leading[:, 1:] == leading[:, :-1]).all(axis=0))
    if not len(same_minute) or not is_second.all() or not (np.diff(seconds)[same_minute] > 0).all():
        return
    raise FormatError(
        f"several rows of array {number} have the same minute, and their first values go on like seconds",
        f"line {rows.lines[readable][same_minute[0] + 1]}",
        "seconds aren't read here: turn it into a table with whole timestamps, as Split does, and describe that",
    )


def width_of(rows: delimited.Rows) -> int:
    """How many columns the rows have."""
    return rows.body.split(b"\n", 1)[0].count(b",") + 1


def read_times(layouts: list[delimited.Rows], read: list[dict[int, Cells]]) -> tuple[Times, dict[int, str]]:
    """The times by line of the file, and why there is none: rows of all lengths in their order tell of midnights."""
    if not layouts:
        return np.zeros(0, dtype="datetime64[us]"), {}
    lines = np.concatenate([rows.lines for rows in layouts])
    order = np.argsort(lines)
    leading = [np.concatenate([columns[place].values for columns in read])[order] for place in range(1, LEADING)]
    found, whys = array_times.read(*leading)
    times = np.full(lines.max() + 1, np.datetime64("NaT"), dtype="datetime64[us]")
    times[lines[order]] = found
    return times, {int(lines[order[row]]): why for row, why in whys.items()}


def read_layout(
    number: int, rows: delimited.Rows, read: dict[int, Cells], times: Times, whys: dict[int, str]
) -> tuple[Table | None, list[Rejected]]:
    """The rows of one length as a table, None where they have no reading, and what of them can't be read."""
    stamped = ~np.isnat(times)
    columns = {f"{number}_{place + 1}": read[place] for place in range(LEADING, width_of(rows))}
    rejected = []
    for row in np.flatnonzero(~stamped).tolist():
        line = int(rows.lines[row])
        rejected.append(Rejected(line, rows.text(row), whys[line], len(columns)))
    bad: dict[int, list[str]] = {}
    for name, column in columns.items():
        for row in np.flatnonzero(column.unreadable & stamped).tolist():
            bad.setdefault(row, []).append(name)
    for row, names in bad.items():
        reason = f"no number in {', '.join(names)}; a number expected"
        rejected.append(Rejected(int(rows.lines[row]), rows.text(row), reason, len(names)))
    table = Table(
        name=str(number),
        columns=tuple(Column(name, "", None) for name in columns),
        timestamps=times[stamped],
        lines=rows.lines[stamped],
        values=tuple(column.values[stamped] for column in columns.values()),
        rejected_cells=tuple(column.unreadable[stamped] for column in columns.values()),
        averaging_period=None,
    )
    return (table if stamped.any() and columns else None), rejected


def read_cells(rows: delimited.Rows, width: int) -> dict[int, Cells]:
    """All columns but the first, in the quickest way that their text allows."""
    wanted = list(range(1, width))
    with suppress(pa.ArrowInvalid):
        columns = delimited.read_columns(rows.body, width, numbers=wanted, strings=[], missing=MISSING)
        if all(cells.are_numbers(column) for column in columns.values()):
            return {position: cells.from_numbers(column) for position, column in columns.items()}
    columns = delimited.read_strings(rows.body, width, wanted)
    return {position: cells.from_strings(column, MISSING) for position, column in columns.items()}
