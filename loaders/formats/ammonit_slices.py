"""A large file of Ammonit in slices of its rows, each with the information that stands around all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from loaders.formats.frame import FormatError, LoggerFile, Undecided
from loaders.formats.source import Source, blocks
from loaders.formats.text import MARK, UTF16_MARKS, line_breaks

PART = re.compile(
    rb"^[ \t]*(?:(\[|#(?!\d))|\"?(?:date|datetime|time|timestamp|datum|zeit)\b[^;,\t\r\n]*[;,\t])",
    re.MULTILINE | re.IGNORECASE,
)
LARGEST_FRAME = 1 << 20  # bytes of names and information


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a file's rows: the names and what is above them, and the information below."""

    above: bytes
    below: bytes
    rows_end: int


def read(
    source: Source, size: int, parse: Callable[[bytes], LoggerFile], has_rows: Callable[[bytes], bool]
) -> Iterator[LoggerFile]:
    """Parse rows of about so many bytes at a time, between the same names and information.

    Where these aren't told apart simply (names that come twice, remarks among the rows) the file is parsed whole.
    Raises Undecided where only all rows together tell how they are to be read, or what is wrong.
    """
    frame = _frame(source, has_rows)
    if frame is None:
        yield parse(source.read(0, source.size))
        return
    start, heading = len(frame.above), line_breaks(frame.above, len(frame.above))
    line = heading
    decided: dict[str, object] = {}
    while start < frame.rows_end:
        end = _behind_line(source, min(start + size, frame.rows_end), frame.rows_end)
        rows = source.read(start, end)
        if b'"' in rows:  # a text may go on behind the slice
            raise Undecided("quotes among the rows")
        try:
            file = parse(frame.above + rows + frame.below)
        except FormatError as error:
            raise Undecided(error.what, error.where, error.remedy) from error
        for what, value in file.decided.items():
            if decided.setdefault(what, value) != value:
                raise Undecided(f"rows that tell different things of the file's {what}: {decided[what]}, then {value}")
        if start > len(frame.above):  # what is wrong above the rows was told with the first
            file = replace(file, rejected=tuple(bad for bad in file.rejected if bad.line > heading))
        yield file.moved(line - heading)
        start, line = end, line + rows.count(b"\n")


def _behind_line(source: Source, at: int, rows_end: int) -> int:
    """The next place behind a line."""
    while at < rows_end:
        found = source.read(at - 1, min(at - 1 + LARGEST_FRAME, rows_end)).find(b"\n")
        if found >= 0:
            return at + found
        at += LARGEST_FRAME
    return rows_end


def _frame(source: Source, has_rows: Callable[[bytes], bool]) -> Frame | None:
    """Tell rows from the rest; None where that needs the parser, or where there is no need."""
    found = _parts(source)
    if found is None:
        return None
    names = [place for place, is_names in found if is_names]
    if len(names) != 1:
        return None
    rows_end = next((place for place, _ in found if place > names[0]), source.size)
    if names[0] > LARGEST_FRAME or source.size - rows_end > LARGEST_FRAME:
        return None
    begin = _behind_line(source, names[0] + 1, rows_end)
    above, below = source.read(0, begin), source.read(rows_end, source.size)
    is_whole = above.endswith(b"\n") and source.read(rows_end - 1, rows_end) == b"\n"
    return Frame(above, below, rows_end) if is_whole and begin < rows_end and not has_rows(above + below) else None


def _parts(source: Source) -> list[tuple[int, bool]] | None:
    """Where lines begin that are none of rows, and whether each is one of names; None where lines aren't plain."""
    found: list[tuple[int, bool]] = []
    for place, lines in _lines(source):
        if lines.startswith(UTF16_MARKS) or lines.count(b"\r") != lines.count(b"\r\n"):
            return None
        if lines.find(MARK, 1 if not place else 0) >= 0:
            return None
        found += [(place + part.start(), part[1] is None) for part in PART.finditer(lines)]
    return found


def _lines(source: Source) -> Iterator[tuple[int, bytes]]:
    """Whole lines, about a block of them at a time, with the place at which they begin."""
    place, rest = 0, b""
    for block in blocks(source):
        text = rest + block
        whole = text.rfind(b"\n") + 1
        if whole:
            yield place, text[:whole]
        place, rest = place + whole, text[whole:]
    if rest:
        yield place, rest
