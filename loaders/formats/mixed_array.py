"""Campbell's mixed-array files (CR10X, CR23X): rows without a header, each led by the number of its array.

A row is array id, year, day of the year, hours and minutes without leading zeros, then values: `213,2010,48,5,240.2`.
Arrays of several ids stand among each other, each with its own length; each is a table, and its columns are named
<id>_<position>: `213_5` is the first value of array 213. What they are stands in the metadata. The file states no zone,
and not whether a stamp marks the beginning or the end of its averaging period. 2400 is the end of its day; where the
rows beside it say otherwise (loggers can be told to write the new day with it) it is rejected. The ends of number
ranges stand for what was out of range: 6999 and 99999 on these loggers, 7999 where LoggerNet writes newer ones' tables.

Checked against a file of a CR23X. 2400 and 99999 are from general knowledge; 7999 is what Campbell's library writes.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import re
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pyarrow as pa

from loaders.formats import array_lines, array_times, cells, cutting, delimited
from loaders.formats.array_lines import Lines
from loaders.formats.cells import Cells
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile, Rejected, Table
from loaders.formats.text import decode_lines

NAME = "mixed_array"
VERIFIED = True
ROW = re.compile(r"\d{1,5},(19|20|21)\d\d,([1-9]\d?|[12]\d\d|3[0-5]\d|36[0-6]),(2400|([01]?\d|2[0-3])?[0-5]?\d)(,|$)")
LEADING = 4  # id, year, day, hours and minutes
MISSING = cells.spellings(("NAN", "INF", "-INF", "+INF", "", "6999", "-6999", "7999", "-7999", "99999", "-99999"))
STILL_WRITTEN = "load the file's next version: it ends within this line, so it was still being written"


def matches(head: bytes) -> bool:
    """Whether most lines begin as rows of arrays do."""
    *lines, last = decode_lines(head).split("\n")
    rows = [line for line in lines or [last] if line.strip()]
    return 2 * sum(ROW.match(row) is not None for row in rows) > len(rows)


def parse(content: bytes) -> LoggerFile:
    """Read one file; lines and cells that can't be read go to `rejected`. Raises FormatError where no line is a row."""
    data = decode_lines(content).encode()
    lines = array_lines.split(data)
    tables: list[Table] = []
    rejected = list(lines.rejected)
    for number in np.unique(lines.ids[lines.ids > 0]).tolist():
        table, bad = read_array(lines, number)
        rejected += bad
        if table is not None:
            tables.append(table)
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
    )


def cut(content: bytes) -> Cut | None:
    """Where a file that LoggerNet still appends to can be cut: there is no header."""
    return cutting.behind_last_line(content)


def read_array(lines: Lines, number: int) -> tuple[Table | None, list[Rejected]]:
    """The rows of one array, and what of them can't be read."""
    rows, rejected = array_lines.rows_of(lines, number)
    if not len(rows.lines):
        return None, rejected
    width = rows.body.split(b"\n", 1)[0].count(b",") + 1
    read = read_cells(rows, width)
    times, whys = array_times.read(*(read[position].values for position in range(1, LEADING)))
    stamped = ~np.isnat(times)
    columns = [f"{number}_{position + 1}" for position in range(LEADING, width)]
    values = [read[position] for position in range(LEADING, width)]
    for row in np.flatnonzero(~stamped).tolist():
        rejected.append(Rejected(int(rows.lines[row]), rows.text(row), whys[row], len(columns)))
    bad: dict[int, list[str]] = {}
    for name, column in zip(columns, values, strict=True):
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
        values=tuple(column.values[stamped] for column in values),
        rejected_cells=tuple(column.unreadable[stamped] for column in values),
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
