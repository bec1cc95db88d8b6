"""Campbell Scientific TOA5: quoted CSV with four header lines, as LoggerNet appends it for years.

The file states no zone, and not whether a stamp marks the beginning or the end of its averaging period (the logger's
own rule is the end; some files have been shifted since). NAN, INF and blank are recorded as missing. 7999 and -7999 are
not: they end the range of the two-byte float, but whether a table has that type stands nowhere in the file.
Quotes don't tell strings from numbers, since spreadsheets drop them: what reads as a number is one.

A spreadsheet saves such a file anew in the way of its locale: with semicolons or tabs, decimal commas, and dates of
which the rows must tell the order. Such a file is read whole, since a part of it may not tell.

Checked against files of real loggers, of CardConvert and of a spreadsheet; midnight as 24:00 and other separators
and dates are from general knowledge.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from loaders.formats import cells, dates, delimited, grid, stamps, toa5_blocks
from loaders.formats.campbell import Header, stated
from loaders.formats.cells import Cells
from loaders.formats.delimited import Rows
from loaders.formats.frame import Cut, FormatError, LoggerFile, Rejected, Table
from loaders.formats.grid import Dialect
from loaders.formats.text import decode_lines
from loaders.formats.toa5_blocks import SIGNATURE, Block, split_at_headers, stamp_of

NAME = "toa5"
VERIFIED = True
MISSING = cells.spellings(("NAN", "INF", "-INF", "+INF", ""))

STILL_WRITTEN = "load the file's next version: it ends within this line, so it was still being written"


def matches(head: bytes) -> bool:
    """Whether the first word is the format's name."""
    return re.match(f'\\n*"?{SIGNATURE}\\b', decode_lines(head)) is not None


def parse(content: bytes) -> LoggerFile:
    """Read one file; rows of tables with the same columns are put together, in file order.

    Lines and cells that can't be read go to `rejected`. Raises FormatError where a header can't be read, where all
    timestamps can be read in two ways, and where the file holds more than one logger.
    """
    data = decode_lines(content).encode()
    blocks, rejected = split_at_headers(data)
    logger = the_logger(blocks)
    tables = []
    for group in by_layout(blocks):
        table, bad = read_table(group)
        rejected += bad
        if len(table.timestamps):
            tables.append(table)
    rejected.sort(key=lambda line: line.line)
    if rejected and data and not data.endswith(b"\n"):
        rejected[-1] = say_if_unfinished(rejected[-1], last_line=data.count(b"\n") + 1)
    return LoggerFile(
        format=NAME,
        logger=logger,
        tables=tuple(tables),
        rejected=tuple(rejected),
        header=describe(blocks),
        created=None,
        utc_offset=None,
        timestamp_is_end_of_period=None,
    )


def cut(content: bytes) -> Cut | None:
    """Where a file that LoggerNet still appends to can be cut."""
    return toa5_blocks.cut(content)


def the_logger(blocks: Iterable[Block]) -> str | None:
    """The one serial number that all headers name."""
    serials = {block.header.serial: block.header.line for block in reversed(list(blocks))}
    if len(serials) > 1:
        (first, _), (other, line) = sorted(serials.items(), key=lambda item: item[1])[:2]
        raise FormatError(
            f"rows of two loggers in one file: '{first}', then '{other}'",
            f"line {line}",
            "cut the file before this line and load the pieces",
        )
    return next(iter(serials)) or None


def by_layout(blocks: Iterable[Block]) -> list[list[Block]]:
    """Blocks whose rows belong to one table, in the order of their first."""
    groups: dict[tuple[object, ...], list[Block]] = {}
    for block in blocks:
        groups.setdefault((block.header.separator, *block.header.layout), []).append(block)
    return list(groups.values())


def read_table(blocks: list[Block]) -> tuple[Table, list[Rejected]]:
    """The rows of blocks of one layout, and what of them can't be read."""
    header = blocks[0].header
    dialect = None
    if header.separator != ",":
        mark = grid.decimal_mark(b"\n".join(block.body for block in blocks), header.separator)
        dialect = Dialect(header.separator, mark)
        blocks = [replace(block, body=dialect.plain(block.body)) for block in blocks]
    rows, stamp_texts, columns = read_rows(blocks)
    if dialect:
        stamp_texts = dialect.restored(stamp_texts)
    times = read_times(stamp_texts)
    stamped = ~np.isnat(times)
    if len(times) and not stamped.any():
        refuse_ambiguous(stamp_texts, rows)
    table = Table(
        name=header.table,
        columns=tuple(header.column(position) for position in columns),
        timestamps=times[stamped],
        lines=rows.lines[stamped],
        values=tuple(column.values[stamped] for column in columns.values()),
        rejected_cells=tuple(column.unreadable[stamped] for column in columns.values()),
        averaging_period=None,
    )
    rejected = [
        Rejected(bad.line, bad.text, bad.reason, len(columns), header.table, stamp_of(bad.text)) for bad in rows.ragged
    ]
    rejected += rejected_lines(rows, stamp_texts, stamped, len(columns))
    rejected += rejected_cells(rows, columns, stamped, header)
    if dialect:
        rejected = [replace(bad, text=dialect.as_it_was(bad.text)) for bad in rejected]
    return table, rejected


def read_times(texts: pa.ChunkedArray[Any]) -> NDArray[np.datetime64]:
    """The stamps as times; those with day and month in the order of a locale where the rows themselves tell which."""
    times = stamps.read_iso(texts)
    if not np.isnat(times).any():
        return times
    parts = dates.take_apart(texts)
    order = dates.settle(parts)
    mended = np.isnat(times) & ~parts.zoned
    if order is not None:
        times[mended] = dates.to_times(parts, order)[mended]
    return times


def read_rows(blocks: list[Block]) -> tuple[Rows, pa.ChunkedArray[Any], dict[int, Cells]]:
    """The rows, their timestamps as text, and the columns that hold readings by position."""
    header = blocks[0].header
    readings = [position for position in range(len(header.names)) if header.may_hold_readings(position)]
    uncertain = [position for position in readings if header.may_hold_text(position)]
    rows, read = read_bodies(blocks, [position for position in readings if position not in uncertain], [0, *uncertain])
    columns = {}
    for position in readings:
        column = read[position]
        as_cells = cells.from_numbers(column) if column.type == pa.float64() else cells.from_strings(column, MISSING)
        if position not in uncertain or as_cells.has_number or not as_cells.unreadable.any():
            columns[position] = as_cells
    return rows, read[0], columns


def read_bodies(
    blocks: list[Block], numbers: list[int], strings: list[int]
) -> tuple[Rows, dict[int, pa.ChunkedArray[Any]]]:
    """Read the blocks' rows in the quickest way that their text allows; numbers come as strings where some are none."""
    width = len(blocks[0].header.names)
    rows = delimited.join_rows(delimited.as_they_are(block.body, block.first_line) for block in blocks)
    if delimited.quotes_are_tidy(rows.body):
        with suppress(pa.ArrowInvalid):
            columns = delimited.read_columns(rows.body, width, numbers=numbers, strings=strings, missing=MISSING)
            if len(columns[0]) == len(rows.lines) and all(cells.are_numbers(columns[number]) for number in numbers):
                return rows, columns
    rows = delimited.join_rows(delimited.regular_rows(block.body, block.first_line, width) for block in blocks)
    return rows, delimited.read_strings(rows.body, width, [*numbers, *strings])


def refuse_ambiguous(stamp_texts: pa.ChunkedArray[Any], rows: Rows) -> None:
    """Raise where the file's dates can be read in two ways: which one is right no one but its maker knows."""
    for text, line in zip(map(str, stamp_texts), rows.lines, strict=True):
        if stamps.is_ambiguous(text):
            raise FormatError(
                f"no timestamp can be read: '{text}' may be day, month or month, day, and no other row tells; "
                f"{stamps.EXPECTED} expected",
                f"line {line}",
                "save the file with ISO dates, or load it as the logger wrote it",
            )


def rejected_lines(
    rows: Rows, stamp_texts: pa.ChunkedArray[Any], stamped: NDArray[np.bool_], readings: int
) -> Iterator[Rejected]:
    """Rows without a timestamp that can be read: nothing in them can be placed."""
    for row in np.flatnonzero(~stamped).tolist():
        reason = f"'{stamp_texts[row].as_py()}' is no time of the calendar; {stamps.EXPECTED} expected"
        yield Rejected(int(rows.lines[row]), rows.text(row), reason, readings)


def rejected_cells(
    rows: Rows, columns: dict[int, Cells], stamped: NDArray[np.bool_], header: Header
) -> Iterator[Rejected]:
    """Rows of which some cells are neither a number nor a missing token: the others still count."""
    bad: dict[int, list[str]] = {}
    for position, column in columns.items():
        for row in np.flatnonzero(column.unreadable & stamped).tolist():
            bad.setdefault(row, []).append(header.names[position])
    for row, names in bad.items():
        reason = f"no number in {', '.join(names)}; a number or NAN expected"
        yield Rejected(int(rows.lines[row]), rows.text(row), reason, len(names))


def say_if_unfinished(rejected: Rejected, last_line: int) -> Rejected:
    """Add the remedy to the last line of a file that ends without a line break."""
    if rejected.line != last_line:
        return rejected
    return replace(rejected, reason=f"{rejected.reason}; {STILL_WRITTEN}")


def describe(blocks: list[Block]) -> dict[str, object]:
    """What the file says of itself: the headers, each where it first stands."""
    different: dict[tuple[object, ...], Header] = {}
    for block in blocks:
        different.setdefault((block.header.environment, *block.header.layout), block.header)
    return {"headers": [header.as_dict() for header in different.values()]} | stated(since(blocks))


def since(blocks: list[Block]) -> Iterator[tuple[Header, str | None]]:
    """Each header, with the stamp of the first row below it."""
    for block in blocks:
        stamp = stamp_of(block.body.split(b"\n", 1)[0].decode())
        yield block.header, None if stamp is None else str(stamp.astype("datetime64[s]"))
