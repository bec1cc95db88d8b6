"""A large file of Ammonit in slices of its rows, each read with all information, wherever in the file that stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from loaders.formats.ammonit_parts import Block, Parts
from loaders.formats.cutting import is_within_text
from loaders.formats.evidence import Hearing
from loaders.formats.frame import LoggerFile, Undecided
from loaders.formats.source import Source, blocks
from loaders.formats.text import decode_lines, line_breaks

PART = re.compile(
    rb"(?:^|(?<=\r))(?:\xef\xbb\xbf)*(?:[ \t\x0b\x0c\x1c-\x1f\x85\xa0]|\xc2[\x85\xa0])*+"  # all that may be a blank
    rb"(?:\[[^\[\]\r\n]+\][ ,;\t]*(?=[\r\n]|\Z)|#(?!\d)"
    rb"|\"?(?:date|datetime|time|timestamp|datum|zeit)\b[^;,\t\r\n]*[;,\t])",
    re.MULTILINE | re.IGNORECASE,
)
BREAK = re.compile(rb"\r{0,2}\n|\r(?!\r?\n)")
LINE = re.compile(rb"[^\r\n]*+(?:\r{0,2}\n|\r)|[^\r\n]+\Z")

Read = TypeVar("Read")
ReadRows = Callable[[Parts, Block, Sequence[str], int, Hearing], Read]


@dataclass(frozen=True, slots=True)
class Rows:
    """Where rows stand: under which of the lines of names, from which byte up to which, from which line on."""

    block: int
    start: int
    end: int
    line: int


def hear(source: Source, size: int, read_rows: ReadRows[Read]) -> list[Hearing]:
    """What rows tell together under each line of names."""
    parts, found = _take_apart(source)
    heard = [Hearing() for _ in parts.blocks]
    for rows, text in _slices(source, size, found):
        with suppress(Undecided):  # others may tell
            read_rows(parts, parts.blocks[rows.block], text, rows.line, heard[rows.block])
    return [replace(hearing, is_over=True) for hearing in heard]


def read(
    source: Source,
    size: int,
    heard: Sequence[Hearing],
    read_rows: ReadRows[Read],
    put_together: Callable[[Parts, Sequence[Read]], LoggerFile],
) -> Iterator[LoggerFile]:
    """Parse rows of about so many bytes at a time; raises Undecided where quotes never close."""
    parts, found = _take_apart(source)
    read: list[Read] = []
    length = 0
    for rows, text in _slices(source, size, found):
        read.append(read_rows(parts, parts.blocks[rows.block], text, rows.line, heard[rows.block]))
        length += rows.end - rows.start
        if length >= size and rows.end < found[-1].end:
            yield put_together(parts, read)
            read, length = [], 0
            parts.nameless.clear()  # told with the first
    yield put_together(parts, read)


def _slices(source: Source, size: int, found: Sequence[Rows]) -> Iterator[tuple[Rows, list[str]]]:
    """Rows, not many at a time, and their lines."""
    for rows in found:
        rest = rows
        while rest.start < rows.end:
            content = _up_to_a_line(source.read(rest.start, min(rest.start + 2 * size, rows.end)), size, rest)
            end = rest.start + len(content)
            yield replace(rest, end=end), _decoded(content)
            rest = replace(rest, start=end, line=rest.line + line_breaks(content, len(content)))


def _up_to_a_line(content: bytes, size: int, rows: Rows) -> bytes:
    """Its first lines, with which a text in quotes ends."""
    if rows.start + len(content) == rows.end and len(content) <= size:
        return content
    for found in BREAK.finditer(content, size - 1, len(content) - 1):
        if not is_within_text(content, 0, found.end()):
            return content[: found.end()]
    if rows.start + len(content) == rows.end:
        return content
    raise Undecided(
        "no place between two rows found where the file can be cut",
        f"behind line {rows.line}",
        "mend quotes that never close, or have the logger send the file again",
    )


def _take_apart(source: Source) -> tuple[Parts, list[Rows]]:
    """The information and the lines of names, and where their rows stand."""
    parts = Parts()
    found: list[Rows] = []
    line = 1
    for place, lines in _lines(source):
        for start, end in _segments(lines):
            if parts.among_rows and not PART.match(lines, start):
                _add(found, Rows(len(parts.blocks) - 1, place + start, place + end, line))
                line += line_breaks(lines[start:end], end - start)
                continue
            for one in LINE.finditer(lines, start, end):
                parts.add(line, _decoded(one[0])[0])
                if parts.blocks and parts.blocks[-1].rows:  # behind information, or what only looks like such
                    parts.blocks[-1].rows.clear()
                    _add(found, Rows(len(parts.blocks) - 1, place + one.start(), place + one.end(), line))
                line += 1
    return parts, found


def _segments(lines: bytes) -> Iterator[tuple[int, int]]:
    """Where a line begins and ends that looks like information or names, and what stands between these."""
    at = 0
    for part in PART.finditer(lines):
        if part.start() > at:
            yield at, part.start()
        end = BREAK.search(lines, part.end())
        at = end.end() if end else len(lines)
        yield part.start(), at
    if at < len(lines):
        yield at, len(lines)


def _add(found: list[Rows], rows: Rows) -> None:
    """Add rows; those that follow on others make one with them."""
    if found and (found[-1].block, found[-1].end) == (rows.block, rows.start):
        found[-1] = replace(found[-1], end=rows.end)
    else:
        found.append(rows)


def _decoded(content: bytes) -> list[str]:
    """Lines in mid-file, where no byte order mark stands."""
    return decode_lines(b"\n" + content).split("\n")[1:]


def _lines(source: Source) -> Iterator[tuple[int, bytes]]:
    """Whole lines, about a block of them at a time, with the place at which they begin."""
    place, rest = 0, b""
    for block in blocks(source):
        text = rest + block
        whole = max(text.rfind(b"\n"), text.rfind(b"\r", 0, len(text) - 2)) + 1  # of CR CR LF none alone
        if whole:
            yield place, text[:whole]
        place, rest = place + whole, text[whole:]
    if rest:
        yield place, rest
