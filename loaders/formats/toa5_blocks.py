"""The headers of a TOA5 file, which LoggerNet writes in mid-file too, the rows below each, and where it can be cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pyarrow as pa

from loaders.formats import cutting, delimited, grid, stamps
from loaders.formats.campbell import HEADER_LINES, Header, read_header
from loaders.formats.frame import Cut, FormatError, Rejected
from loaders.formats.text import MARK, decode_lines

SIGNATURE = "TOA5"
SEPARATOR = re.compile(f'"?{SIGNATURE}"?([,;\t])')


@dataclass(frozen=True, slots=True)
class Block:
    """A header and the rows up to the next one."""

    header: Header
    first_line: int
    body: bytes


def cut(content: bytes) -> Cut | None:
    """Where a file that LoggerNet still appends to can be cut."""
    lines = content[next(headers(content), 0) :].split(b"\n", HEADER_LINES + 1)
    is_whole = len(lines) > HEADER_LINES + 1  # half a stamp tells nothing
    first_row = lines[HEADER_LINES].decode(errors="replace") if is_whole else ""
    if separator_of(lines[0]) != "," or stamps.is_ambiguous(first_row.partition(",")[0].strip('" ')):
        return None  # its rows tell together how they are to be read
    found = cutting.under_last_header(content, headers(content), HEADER_LINES)
    if found is None or is_readable(found.heading):
        return found
    # rows under a header that can't be read are rejected, which its reader does behind one that can
    before = [_header(content, start) for start in headers(content[: found.at])]
    readable = next((heading for heading in reversed(before) if is_readable(heading)), b"")
    return replace(found, heading=readable + found.heading, heading_lines=HEADER_LINES * (1 + bool(readable)))


def _header(content: bytes, start: int) -> bytes:
    return b"".join(line + b"\n" for line in content[start:].split(b"\n", HEADER_LINES)[:HEADER_LINES])


def is_readable(heading: bytes) -> bool:
    """Whether the lines are a header."""
    try:
        read_header(decode_lines(heading).split("\n")[:HEADER_LINES], 1, SIGNATURE)
    except FormatError:
        return False
    return True


def separator_of(first_line: bytes) -> str:
    """The sign between fields: that behind the format's name."""
    found = SEPARATOR.match(first_line.removeprefix(MARK).decode(errors="replace"))
    return found[1] if found else ","


def split_at_headers(data: bytes) -> tuple[list[Block], list[Rejected]]:
    """Cut the file before each line whose first field is TOA5.

    A later header that can't be read costs itself and the rows below it, which are rejected up to the next header.
    """
    starts = list(headers(data))
    if not starts or data[: starts[0]].strip():  # another word than the format's: what it is, the header's reader tells
        starts = [0, *starts]
    blocks: list[Block] = []
    rejected: list[Rejected] = []
    line = 1 + data.count(b"\n", 0, starts[0])
    for start, end in pairwise([*starts, len(data)]):
        *head, body = data[start:end].split(b"\n", HEADER_LINES)
        if len(head) < HEADER_LINES and body:  # the file ends within the header
            head, body = [*head, body], b""
        separator = separator_of(head[0]) if head else ","
        texts = [text.decode() for text in head]
        try:
            header = read_header(texts, line, SIGNATURE, separator)
        except FormatError as error:
            if not blocks:
                raise
            rejected += [Rejected(number, text, error.what, 0) for number, text in enumerate(texts, line)]
            rejected += rows_without_header(body, line + HEADER_LINES, separator, error.what)
        else:
            check_body_begins(body, line + HEADER_LINES, separator)
            if head[1].rstrip().endswith(separator.encode()):  # a spreadsheet has padded all lines
                body = grid.without_padding(body, separator, len(header.names))
            blocks.append(Block(header, line + HEADER_LINES, body))
        line += data.count(b"\n", start, end)
    return blocks, rejected


def rows_without_header(body: bytes, first_line: int, separator: str, why: str) -> Iterator[Rejected]:
    """Rows of which nothing says what they hold; each field behind the stamp counts as a reading."""
    for line, text in enumerate(body.decode().split("\n"), first_line):
        if text.strip():
            reason = f"a row below a header that can't be read: {why}"
            yield Rejected(line, text, reason, text.count(separator), timestamp=stamp_of(text))


def headers(data: bytes) -> Iterator[int]:
    """Where headers begin, in mid-file too: LoggerNet writes one when it goes on in the old file after a change."""
    word = SIGNATURE.encode()
    found = data.find(word)
    while found >= 0:
        for before, after in ((b'"', b'"'), (b"", b","), (b"", b";"), (b"", b"\t")):
            for mark in (b"", MARK):
                start = found - len(mark + before)
                begins_line = start == 0 or (start > 0 and data.startswith(b"\n", start - 1))
                if begins_line and data.startswith(mark + before + word + after, start):
                    yield start
        found = data.find(word, found + 1)


def check_body_begins(body: bytes, line: int, separator: str) -> None:
    """A fifth header line means that what was read as names, units and processing may be something else."""
    first = body.split(b"\n", 1)[0].decode()
    first_fields = delimited.fields(first, separator)
    if first.strip() and first_fields and first_fields[0].strip() in ("", "TS"):
        raise FormatError(
            f"a further header line found, a row with its timestamp expected after {HEADER_LINES} header lines",
            f"line {line}",
            "take the line out in a copy of the file and load that",
        )


def stamp_of(text: str) -> np.datetime64 | None:
    """The stamp of a line that is no row, if it is whole: another field follows it."""
    first, following, _ = text.partition(",")
    stamp = stamps.read_iso(pa.chunked_array([pa.array([first.strip().strip('"')], pa.string())]))[0]
    return stamp if following and not np.isnat(stamp) else None
