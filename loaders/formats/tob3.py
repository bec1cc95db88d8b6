"""Campbell Scientific TOB3: what loggers write on memory cards, a header of text and then frames of binary records.

As with TOA5 the file states no zone, and not whether a stamp marks the beginning or the end of its averaging period
(the logger's own rule is the end). It does state the interval between two records, which is the averaging period, and
when it was created. NAN and INF are recorded as missing. A record's place among all that the frames can hold stands
for its line: the first is line 7.

Checked against files of a CR1000X and what CardConvert made of them (names, stamps, records, values; frames in parts;
what stood on the card before), and against a file of a CR6 with an event table.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from loaders.formats import tob, tob_frames
from loaders.formats.campbell import Header, stated
from loaders.formats.frame import FormatError, LoggerFile, Rejected
from loaders.formats.source import Bytes, Source
from loaders.formats.tob_frames import FOOT_BYTES, Card, Framing, Records

NAME = "tob3"
VERIFIED = True
GROWS = False
SIGNATURE = "TOB3"
HEADER_LINES = 6
LARGEST_HEADER = 4 << 20  # bytes
RECORDS_AT_ONCE = 1 << 18  # of a table of one short column a megabyte would become thirty
LINES_BEFORE_RECORDS = HEADER_LINES  # records are counted on behind them
HEADER_BLOCK = 512  # the header is padded to a multiple of this
TABLE = ("table", "interval", "frame_bytes", "intended_frames", "stamp", "resolution", "ring_record", "removal_time")
UNITS_NS = {
    "NSEC": 1,
    "USEC": 1_000,
    "MSEC": 1_000_000,
    "SEC": 1_000_000_000,
    "MIN": 60_000_000_000,
    "HR": 3_600_000_000_000,
    "HOUR": 3_600_000_000_000,
    "DAY": 86_400_000_000_000,
}
LONGEST_INTERVAL_NS = 366 * UNITS_NS["DAY"]
INTERVAL = re.compile(rf"(\d{{1,9}}) ?({'|'.join(UNITS_NS)})S?", re.IGNORECASE)
RESOLUTION = re.compile(r"Sec(\d{0,3})([MUN]sec)", re.IGNORECASE)  # Sec100Usec: sub-seconds count 100 microseconds


def matches(head: bytes) -> bool:
    """Whether the first word is the format's name."""
    return tob.matches(head, SIGNATURE)


@dataclass(frozen=True, slots=True)
class Form:
    """What TOB2 and TOB3 differ in: the size of a frame's head, and how many fields the table line has at least."""

    name: str
    signature: str
    head_bytes: int
    table_fields: int


@dataclass(frozen=True, slots=True)
class Head:
    """What the header says, and where the frames begin."""

    form: Form
    lines: list[list[str]]
    layout: tob.Layout
    framing: Framing
    begins: int


TOB3 = Form(NAME, SIGNATURE, head_bytes=12, table_fields=8)


def parse(content: bytes) -> LoggerFile:
    """Read one file; frames that can't be read go to `rejected`. Raises FormatError for a bad header."""
    return read_whole(content, TOB3)


def parts(source: Source, size: int) -> Iterator[LoggerFile]:
    """Read a file of any size, some `size` bytes at a time, lines counted from its beginning."""
    return read_parts(source, TOB3, size)


def read_whole(content: bytes, form: Form) -> LoggerFile:
    """Read a file as one; raises FormatError for a bad header."""
    source = Bytes(content)
    head = read_head(source, form)
    card = tob_frames.survey(source, head.begins, head.framing)
    (file,) = _read(head, card, card.count)
    return file


def read_parts(source: Source, form: Form, size: int) -> Iterator[LoggerFile]:
    """Read a file in parts, at least one; raises FormatError for a bad header."""
    head = read_head(source, form)
    at_once = min(size // head.framing.frame_bytes, RECORDS_AT_ONCE // head.framing.records)
    yield from _read(head, tob_frames.survey(source, head.begins, head.framing), at_once)


def read_head(source: Source, form: Form) -> Head:
    """Read the header; raises FormatError where frames can't be read by it."""
    content = source.read(0, LARGEST_HEADER)
    lines, size = tob.read_lines(content, HEADER_LINES)
    tob.check_environment(lines[0], form.signature)
    table_line = lines[1]
    if len(table_line) < form.table_fields:
        what = f"{len(table_line)} fields in the table line, {form.table_fields} expected"
        raise FormatError(what, "line 2", tob.DEMAND)
    layout = read_layout(lines)
    framing = read_framing(table_line, form.head_bytes, layout.dtype.itemsize)
    return Head(form, lines, layout, framing, beginning(content, size))


def _read(head: Head, card: Card, frames_at_once: int) -> Iterator[LoggerFile]:
    framing, readings = head.framing, len(head.layout.readings)
    bad_stretches = deque(tob_frames.bad_stretches(card))
    following = None  # the number that follows the last record so far
    for first, behind in tob_frames.stretches(card.count, frames_at_once) if card.count else [(0, 0)]:
        frames = card.frames(first, behind)
        records = tob_frames.read_records(frames, framing)
        rejected = list(tob_frames.rejected_beginnings(frames, framing, HEADER_LINES + 1, readings))
        while bad_stretches and bad_stretches[0][0] < behind:
            stretch = bad_stretches.popleft()
            expected = records.following(stretch[0] * framing.records, following)
            rejected.append(tob_frames.rejected_stretch(card, frames, stretch, expected, HEADER_LINES + 1, readings))
        if behind == card.count:
            rejected += unfinished(card, readings)
        following = records.following(behind * framing.records, following)
        yield _file(head, records, sorted(rejected, key=lambda one: one.line))


def _file(head: Head, records: Records, rejected: list[Rejected]) -> LoggerFile:
    layout, interval_ns = head.layout, head.framing.interval_ns
    rows = np.ascontiguousarray(records.content).view(layout.dtype)[:, 0]
    period = np.timedelta64(interval_ns // 1000, "us") if interval_ns >= 1000 else None  # noqa: PLR2004 - a microsecond in ns
    table = layout.table(rows, records.timestamps, records.places + HEADER_LINES + 1, period)
    return LoggerFile(
        format=head.form.name,
        logger=layout.header.serial or None,
        tables=(table,) if len(rows) else (),
        rejected=tuple(rejected),
        header={"headers": [layout.as_dict()], "frames": dict(zip(TABLE, head.lines[1], strict=False))}
        | stated([(layout.header, None)]),
        created=read_created(head.lines[0][-1]),
        utc_offset=None,
        timestamp_is_end_of_period=None,
        is_unverified=layout.is_unverified(table),
    )


def read_layout(lines: list[list[str]]) -> tob.Layout:
    """The layout, with a header as the same table's TOA5 file has it."""
    environment, table_line, names, units, processing, types = lines
    kinds = tob.read_kinds((names, units, processing, types), first_line=3)
    header = Header(
        line=1,
        environment=(*environment[1:-1], table_line[0]),
        names=("TIMESTAMP", "RECORD", *names),
        units=("TS", "RN", *units),
        processing=("", "", *processing),
    )
    return tob.Layout(header, kinds, tuple(types), leading=0)


def read_framing(table_line: list[str], head_bytes: int, record_bytes: int) -> Framing:
    """What the table line says; raises FormatError where frames can't be read by it."""
    interval = INTERVAL.fullmatch(table_line[1])
    if interval is None:
        raise _error(f"the interval '{table_line[1][:40]}' found, a number and one of {', '.join(UNITS_NS)} expected")
    interval_ns = int(interval[1]) * UNITS_NS[interval[2].upper()]
    if interval_ns > LONGEST_INTERVAL_NS:
        raise _error(f"the interval '{table_line[1][:40]}' found, at most a year expected")
    resolution = RESOLUTION.fullmatch(table_line[5])
    if resolution is None:
        raise _error(f"the time resolution '{table_line[5][:40]}' found, one like Sec100Usec expected")
    frame_bytes, stamp = _whole_number(table_line[2], "frame size"), _whole_number(table_line[4], "validation stamp")
    if frame_bytes < head_bytes + record_bytes + FOOT_BYTES:
        raise _error(f"a frame of {frame_bytes} bytes can't hold a record of {record_bytes}")
    return Framing(
        frame_bytes=frame_bytes,
        head_bytes=head_bytes,
        record_bytes=record_bytes,
        stamp=stamp,
        interval_ns=interval_ns,
        resolution_ns=int(resolution[1] or 1) * UNITS_NS[resolution[2].upper()],
        has_numbers=head_bytes == 12,  # noqa: PLR2004  # seconds, sub-seconds, and the number of the first record
    )


def _whole_number(text: str, said: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise _error(f"the {said} '{text[:40]}' found, a whole number expected")
    return int(text)


def _error(what: str) -> FormatError:
    return FormatError(what, "line 2", tob.DEMAND)


def beginning(content: bytes, size: int) -> int:
    """Where frames begin: behind the last header line, or where padding behind it ends."""
    padded = -(-size // HEADER_BLOCK) * HEADER_BLOCK
    return size if content[size:padded].strip(b" \x00\r\n") else min(padded, len(content))


def read_created(text: str) -> datetime | None:
    """When the logger says that it made the file, by its own clock."""
    with suppress(ValueError):
        created = datetime.fromisoformat(text)
        return created if created.tzinfo is None else None
    return None


def unfinished(card: Card, readings: int) -> list[Rejected]:
    """A last frame without its end; behind bad frames it holds nothing of this file."""
    rest, framing = card.rest, card.framing
    if not rest:
        return []
    follows_good = not card.count or bool(card.good[-1])
    held = min(max(len(rest) - framing.head_bytes, 0) // framing.record_bytes, framing.records) if follows_good else 0
    reason = f"{len(rest)} bytes found, {framing.frame_bytes} expected in a frame; {tob_frames.STILL_WRITTEN}"
    line = HEADER_LINES + 1 + card.count * framing.records
    return [Rejected(line, tob.shown(rest), reason, held * readings)]
