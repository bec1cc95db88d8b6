"""The rows of a CSIXML document taken apart: their cells as text in columns, and the places that are no XML.

Rows as LoggerNet writes them are read by a pattern, ten times as fast as expat, which reads all that is written in
another way. Where it stops, the row that it stood in is lost, and reading goes on with the next one.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

import pyarrow as pa

from loaders.formats.frame import Rejected
from loaders.formats.text import decode_lines

ROW = re.compile(rb"<r\b")
TEXT = rb"([^<&\x00-\x08\x0b\x0c\x0e-\x1f]*)"  # what XML allows, without its own signs
TAG = rb'\s*<r(?: no="\d*")? time="([^"<&]*)"(?: no="\d*")?>'
ROW_END = b"</r>"
MAY_HOLD_ROWS = (b"<!", b"<?")
ROWS_TRIED = 100  # from the end on
BEFORE, AFTER = b"<csixml><data>", b"</data></csixml>"  # what stands around the rows
FED_BYTES = 1 << 16
BATCH_ROWS = 10_000  # rows that are kept as Python's strings at a time
SHOWN_BYTES = 500
UNFINISHED = [
    expat.errors.codes[error]
    for error in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
]
STILL_WRITTEN = "no end of the row found; load the file's next version, if it was still being written"


class BrokenError(Exception):
    """XML, but not as rows are written; `place` is where this shows (expat itself reads on until it can stop)."""

    def __init__(self, reason: str, place: int) -> None:
        super().__init__(reason)
        self.place = place


@dataclass(slots=True)
class Rows:
    """The whole rows: the lines that they begin on, their times and cells as text; and what is no row."""

    lines: list[int] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    batches: list[list[pa.Array[Any]]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def read_rows(data: bytes, first_line: int, width: int, readings: int) -> Rows:
    """Read what follows `<data>`: its line, how many values a row has, and how many of them are readings."""
    reader = _Reader(data, first_line, [f"v{number}" for number in range(1, width + 1)])
    for start, end, line in reader.read():
        text = data[start:end]
        rows = max(text.count(b"</r>"), 1 if ROW.search(text) else 0)
        if rows or not AFTER.startswith(b"".join(text.split())):
            shown = text.strip()[:SHOWN_BYTES].decode(errors="replace")
            reader.rows.rejected.append(Rejected(line, shown, reader.reason, rows * readings))
    return reader.rows


def last_whole_row(data: bytes, start: int, end: int, width: int) -> int | None:
    """Where a row ends behind which a file can be cut, since it is read as one whatever stands before it; else None.

    A row's first sign can stand within nothing else: where something is open there, it is lost, and reading begins anew
    with the row. Only comments and the like may hold it, which no logger writes; rows behind one are not looked at.

    Args:
        data: a document, decoded or not.
        start: where its rows begin.
        end: where it ends.
        width: how many values a row has.
    """
    behind = min((place for mark in MAY_HOLD_ROWS if (place := data.find(mark, start, end)) >= 0), default=end)
    for _ in range(ROWS_TRIED):
        closes = data.rfind(ROW_END, start, behind)
        opens = data.rfind(b"<r", start, max(closes, start))
        if opens < 0:
            return None
        rows = read_rows(decode_lines(data[opens : closes + len(ROW_END)]).encode(), 1, width, 0)
        if len(rows.lines) == 1 and not rows.rejected:
            return closes + len(ROW_END)
        behind = opens
    return None


class _Reader:
    """Expat's handlers, and what they have to remember."""

    def __init__(self, data: bytes, first_line: int, names: list[str]) -> None:
        self.data = data
        self.names = names  # v1, v2 and so on, as a row must have them
        cells = b"".join(b"<%b>%b</%b>" % (name, TEXT, name) for name in map(str.encode, names))
        self.regular = re.compile(TAG + cells + b"</r>")
        self.rows = Rows()
        self.reason = ""
        self.row: list[str] | None = None  # the cells of the row that is open
        self.row_line, self.row_time = 0, ""
        self.cells: list[str | bytes] = []  # of the rows since the last batch
        self.texts: list[str] = []  # of the cell that is open
        self.in_cell = False
        self.whole = 0  # where the last whole row ends
        self.began, self.began_line = 0, first_line  # where the parser began, and on which line that is

    def read(self) -> Iterator[tuple[int, int, int]]:
        """Read all; yields the stretches that are no row: from, to, and their line. `reason` says why."""
        start: int | None = 0
        while start is not None:
            stopped = self._read_from(self._take_regular(start))
            if stopped is None:
                break
            found = ROW.search(self.data, max(stopped, start + 1))
            start = found.start() if found else None
            behind = len(self.data) if start is None else start
            text = self.data[self.whole : behind]
            yield self.whole, behind, self._line(self.whole + len(text) - len(text.lstrip()))
        self._end_batch()

    def _take_regular(self, start: int) -> int:
        """Read the rows from a place on that are written as usual; returns where they end."""
        line, counted, place = self._line(start), start, start
        while found := self.regular.match(self.data, place):
            begins = found.start(1)  # lines may break within the row before, too
            line += self.data.count(b"\n", counted, begins)
            self._keep(line, found[1].decode(), found.groups()[1:])
            counted, place = begins, found.end()
        return place

    def _read_from(self, start: int) -> int | None:
        """Read on from a place; where this stops before the end, the place from which on another row may begin."""
        self.began, self.began_line = start, self._line(start)
        self.row, self.in_cell, self.whole = None, False, start
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.texts.append
        self.parser = parser
        try:
            parser.Parse(BEFORE, False)  # expat's own signature
            for at in range(start, len(self.data), FED_BYTES):
                parser.Parse(self.data[at : at + FED_BYTES], False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            self.reason = STILL_WRITTEN if error.code in UNFINISHED else f"no XML: {expat.ErrorString(error.code)}"
            return max(self._place(parser.ErrorByteIndex), self.whole + 1)
        except BrokenError as error:
            self.reason = str(error)
            return max(error.place, self.whole + 1)
        return None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self.row is None:
            if name == "r":
                self.row = []
                self.row_line = self.began_line + self.parser.CurrentLineNumber - 1
                self.row_time = attributes.get("time", "")
            elif self.parser.CurrentByteIndex >= len(BEFORE):
                raise self._broken(f"<{name[:20]}> found, <r> expected")
            return
        if self.in_cell or len(self.row) == len(self.names) or name != self.names[len(self.row)]:
            raise self._broken(f"<{name[:20]}> found after {len(self.row)} of {len(self.names)} values")
        self.in_cell = True
        self.texts.clear()

    def _end(self, _name: str) -> None:
        if self.row is None:
            return
        if self.in_cell:
            self.row.append("".join(self.texts))
            self.in_cell = False
            return
        if len(self.row) != len(self.names):
            raise self._broken(f"{len(self.row)} values found, {len(self.names)} fields named in the header")
        self._keep(self.row_line, self.row_time, self.row)
        self.row = None
        self.whole = self.data.index(b">", self._place(self.parser.CurrentByteIndex)) + 1

    def _keep(self, line: int, time: str, row: Sequence[str | bytes]) -> None:
        self.rows.lines.append(line)
        self.rows.times.append(time)
        self.cells += row
        if len(self.cells) >= BATCH_ROWS * len(self.names):
            self._end_batch()

    def _end_batch(self) -> None:
        width = len(self.names)
        self.rows.batches.append([pa.array(self.cells[number::width], pa.string()) for number in range(width)])
        self.cells.clear()

    def _broken(self, reason: str) -> BrokenError:
        return BrokenError(reason, self._place(self.parser.CurrentByteIndex))

    def _place(self, parsed: int) -> int:
        """Where in the data the parser is."""
        return self.began + parsed - len(BEFORE)

    def _line(self, place: int) -> int:
        """The line of a place behind the one that the parser began at."""
        return self.began_line + self.data.count(b"\n", self.began, place)
