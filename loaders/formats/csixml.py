"""Campbell Scientific CSIXML: TOA5's header and rows as XML.

The file states no zone, and not whether a stamp marks the beginning or the end of its averaging period (the logger's
own rule is the end). NAN, INF and blank, quoted or not, are recorded as missing. A column is a reading by the type that
the file gives it; where it gives none, if it holds a number. Document types are refused, and with them all entities by
which a file could grow in memory or read other files. Rows behind a place that is no XML are still read.

Unverified: no such file is among the project's samples. The words are those of Campbell's own library, and the parser
was tried once on a table that a public project keeps as CSIXML and as TOA5: the same 1,422 rows and values.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from loaders.formats import cells, stamps
from loaders.formats.campbell import stated
from loaders.formats.cells import Cells
from loaders.formats.csixml_head import LEADING, Head, read_head
from loaders.formats.csixml_rows import Rows, last_whole_row, read_rows
from loaders.formats.frame import Cut, FormatError, LoggerFile, Rejected, Table
from loaders.formats.text import UTF16_MARKS, decode, decode_lines, line_breaks

NAME = "csixml"
VERIFIED = False
GROWS = False
ROOT = re.compile(r"(<\?xml[^>]*\?>\s*)?(<!--(?:(?!-->).)*+-->\s*+)*+<csixml\b", re.DOTALL)
DECLARATION = re.compile(rb"<\?xml[^>]*\?>\s*$")
DECLARATION_BYTES = 200
DATA = re.compile(rb"<data\s*(/?)>")
MISSING = cells.spellings(("NAN", "INF", "-INF", "+INF", ""))
AROUND = '" \t\n'  # a cell
TRUE, FALSE = "-1", "0"  # as LoggerNet writes truth values elsewhere


@dataclass(frozen=True, slots=True)
class Document:
    """A header and its rows; a file holds one, or several that someone has put together."""

    head: Head
    rows: Rows


def matches(head: bytes) -> bool:
    """Whether the root element is csixml."""
    return ROOT.match(decode(head).lstrip()) is not None


def parse(content: bytes) -> LoggerFile:
    """Read one file; rows and cells that can't be read go to `rejected`. Raises FormatError for a bad header."""
    data = decode_lines(content).encode()
    documents = read_documents(data)
    tables, rejected = [], [bad for document in documents for bad in document.rows.rejected]
    for group in by_layout(documents):
        table, bad_rows = read_table(group)
        rejected += bad_rows
        if len(table.timestamps):
            tables.append(table)
    return LoggerFile(
        format=NAME,
        logger=the_logger(documents),
        tables=tuple(tables),
        rejected=tuple(sorted(rejected, key=lambda bad: bad.line)),
        header={"headers": [group[0].head.as_dict() for group in by_layout(documents)]}
        | stated((document.head.header, None) for document in documents),
        created=None,
        utc_offset=None,
        timestamp_is_end_of_period=None,
    )


def cut(content: bytes) -> Cut | None:
    """Where a file can be cut: behind a whole row, under the head of its document.

    None where none can be found, and where a head gives a field no type, since all rows tell then what it is.
    """
    if content.startswith(UTF16_MARKS):
        return None
    found = None
    for start, end in pairwise([0, *later_documents(content), len(content)]):
        data = DATA.search(content, start, end)
        if data is None:  # its head is not whole yet
            break
        head = read_head(decode_lines(content[start : data.start()]).encode(), 1)
        if not all(head.types[number] for number in head.readings):
            return None
        at = last_whole_row(content, data.end(), end, len(head.types))
        if at is not None:
            heading = content[start : data.end()]
            found = Cut(at, line_breaks(content, at), heading, line_breaks(heading, len(heading)))
    return found


def read_documents(data: bytes) -> list[Document]:
    """Each document of the file."""
    documents = []
    line = 1
    for start, end in pairwise([0, *later_documents(data), len(data)]):
        found = DATA.search(data, start, end)
        if found is None:
            raise FormatError(
                "no <data> found: the document ends before its rows begin",
                f"line {line}",
                "load the file's next version, or have it collected again from the logger",
            )
        head = read_head(data[start : found.start()], line)
        body = data[found.end() : end] if not found[1] else b""
        line_of_rows = line + data.count(b"\n", start, found.end())
        documents.append(Document(head, read_rows(body, line_of_rows, len(head.types), len(head.readings))))
        line += data.count(b"\n", start, end)
    return documents


def later_documents(data: bytes) -> Iterator[int]:
    """Where documents begin behind the first, each with its XML declaration."""
    found = data.find(b"<csixml", data.find(b"<csixml") + 1)
    while found > 0:
        declaration = DECLARATION.search(data[max(found - DECLARATION_BYTES, 0) : found])
        yield found - (len(declaration[0]) if declaration else 0)
        found = data.find(b"<csixml", found + 1)


def by_layout(documents: Iterable[Document]) -> list[list[Document]]:
    """Documents whose rows belong to one table, in the order of their first."""
    groups: dict[tuple[object, ...], list[Document]] = {}
    for document in documents:
        groups.setdefault((document.head.header.layout, document.head.types), []).append(document)
    return list(groups.values())


def the_logger(documents: Iterable[Document]) -> str | None:
    """The one serial number that all heads name."""
    lines = {document.head.header.serial: document.head.header.line for document in documents}
    if len(lines) > 1:
        first, other = list(lines)[:2]
        raise FormatError(
            f"rows of two loggers in one file: '{first}', then '{other}'",
            f"line {lines[other]}",
            "cut the file before this line and load the pieces",
        )
    return next(iter(lines)) or None


def read_table(documents: list[Document]) -> tuple[Table, list[Rejected]]:
    """The rows of documents of one layout as a table, and what of them can't be read."""
    head = documents[0].head
    lines = np.array([line for document in documents for line in document.rows.lines], dtype=np.int64)
    stamp_texts = pa.chunked_array(
        [pa.array([time for document in documents for time in document.rows.times], pa.string())]
    )
    columns = {number: read_column(documents, number) for number in head.readings}
    columns = {number: column for number, column in columns.items() if head.types[number] or holds_numbers(column)}
    times = stamps.read_iso(stamp_texts)
    stamped = ~np.isnat(times)
    table = Table(
        name=head.header.table,
        columns=tuple(head.header.column(LEADING + number) for number in columns),
        timestamps=times[stamped],
        lines=lines[stamped],
        values=tuple(column.values[stamped] for column in columns.values()),
        rejected_cells=tuple(column.unreadable[stamped] for column in columns.values()),
        averaging_period=None,
    )
    rejected = []
    for row in np.flatnonzero(~stamped).tolist():
        text = str(stamp_texts[row])
        reason = f"'{text}' is no time of the calendar; {stamps.EXPECTED} expected"
        rejected.append(Rejected(int(lines[row]), text, reason, len(columns)))
    rejected += rejected_cells(documents, columns, lines, stamped)
    return table, rejected


def cells_of(documents: Iterable[Document], number: int) -> pa.ChunkedArray[Any]:
    """A column's cells as text."""
    return pa.chunked_array([batch[number] for document in documents for batch in document.rows.batches], pa.string())


def read_column(documents: list[Document], number: int) -> Cells:
    """A column's cells as numbers."""
    texts = pc.utf8_trim(cells_of(documents, number), AROUND)
    if documents[0].head.is_boolean(number):
        texts = pc.replace_substring_regex(texts, "^true$", TRUE)
        texts = pc.replace_substring_regex(texts, "^false$", FALSE)
    return cells.from_strings(texts, MISSING)


def holds_numbers(column: Cells) -> bool:
    """Whether a column of no stated type is one of numbers."""
    return column.has_number or not column.unreadable.any()


def rejected_cells(
    documents: list[Document], columns: dict[int, Cells], lines: NDArray[np.int64], stamped: NDArray[np.bool_]
) -> list[Rejected]:
    """Rows of which some cells are neither a number nor a missing token: the others still count."""
    names = documents[0].head.header.names
    bad: dict[int, list[int]] = {}
    for number, column in columns.items():
        for row in np.flatnonzero(column.unreadable & stamped).tolist():
            bad.setdefault(row, []).append(number)
    texts = {number: cells_of(documents, number) for numbers in bad.values() for number in numbers}
    return [
        Rejected(
            int(lines[row]),
            " ".join(f"<v{number + 1}>{texts[number][row]}</v{number + 1}>" for number in numbers),
            f"no number in {', '.join(names[LEADING + number] for number in numbers)}; a number or NAN expected",
            len(numbers),
        )
        for row, numbers in bad.items()
    ]
