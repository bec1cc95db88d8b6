"""Campbell Scientific TOB1: TOA5's header with a fifth line of data types, then binary records of one size.

As with TOA5 the file states no zone, and not whether a stamp marks the beginning or the end of its averaging period
(the logger's own rule is the end). NAN and INF are recorded as missing. IEEE8 is read with the low byte first, as
CardConvert reads it, although some loggers seem to write it the other way round. A record's number stands for its
line: the first is line 6.

Checked against files of a CR1000X and what CardConvert made of them: names, stamps, records and values.
"""

from __future__ import annotations

from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loaders.formats import tob
from loaders.formats.campbell import Header, stated
from loaders.formats.frame import Cut, FormatError, LoggerFile, Rejected

NAME = "tob1"
VERIFIED = True
SIGNATURE = "TOB1"
HEADER_LINES = 5
LINES_BEFORE_RECORDS = HEADER_LINES  # records are counted on behind them
SECONDS, NANOSECONDS, RECORD = "SECONDS", "NANOSECONDS", "RECORD"
TIMES = (SECONDS, NANOSECONDS, RECORD)
SECOND_NS = 1_000_000_000
STILL_WRITTEN = "load the file's next version: it ends within this record, so it was still being written"


def matches(head: bytes) -> bool:
    """Whether the first word is the format's name."""
    return tob.matches(head, SIGNATURE)


def parse(content: bytes) -> LoggerFile:
    """Read one file; records that can't be placed in time go to `rejected`. Raises FormatError for a bad header."""
    layout, times, size = read_header(content)
    record_bytes = layout.dtype.itemsize
    count, rest = divmod(len(content) - size, record_bytes)
    records = np.frombuffer(content, layout.dtype, count, size)
    timestamps, good = read_times(records, times)
    rejected = list(rejected_records(records, good, len(layout.readings)))
    if rest:
        reason = f"{rest} bytes found, {record_bytes} expected; {STILL_WRITTEN}"
        line = HEADER_LINES + count + 1
        rejected.append(Rejected(line, tob.shown(content[-rest:]), reason, len(layout.readings)))
    lines = np.flatnonzero(good) + HEADER_LINES + 1
    table = layout.table(records[good], timestamps[good], lines, averaging_period=None)
    return LoggerFile(
        format=NAME,
        logger=layout.header.serial or None,
        tables=(table,) if len(table.timestamps) else (),
        rejected=tuple(rejected),
        header={"headers": [layout.as_dict()]} | stated([(layout.header, None)]),
        created=None,
        utc_offset=None,
        timestamp_is_end_of_period=None,
        is_unverified=layout.is_unverified(table),
    )


def cut(content: bytes) -> Cut:
    """Where a file that LoggerNet still appends to can be cut: behind its last whole record."""
    layout, _, size = read_header(content)
    count = (len(content) - size) // layout.dtype.itemsize
    at = size + count * layout.dtype.itemsize
    return Cut(at, HEADER_LINES + count, content[:size], HEADER_LINES)


def read_header(content: bytes) -> tuple[tob.Layout, dict[str, int], int]:
    """The layout, where SECONDS, NANOSECONDS and RECORD stand, and where the records begin."""
    (environment, names, units, processing, types), size = tob.read_lines(content, HEADER_LINES)
    tob.check_environment(environment, SIGNATURE)
    kinds = tob.read_kinds((names, units, processing, types), first_line=2)
    times = {name: number for number, name in enumerate(takewhile(TIMES.__contains__, names))}
    for name, position in times.items():
        if kinds[position].dtype != "<u4":
            raise FormatError(f"{name} has the type '{types[position]}', ULONG expected", "line 5", tob.DEMAND)
    if SECONDS not in times:
        raise FormatError(
            f"the columns begin with {', '.join(names[:3])}, {SECONDS} expected: without it no record has a time",
            "line 2",
            "have the table stored or converted with time stamps",
        )
    leading = len(times)
    record = RECORD in times
    header = Header(
        line=1,
        environment=tuple(environment[1:]),
        names=("TIMESTAMP", *[RECORD][:record], *names[leading:]),
        units=("TS", *["RN"][:record], *units[leading:]),
        processing=("", *[""][:record], *processing[leading:]),
    )
    return tob.Layout(header, kinds, tuple(types), leading), times, size


def read_times(records: NDArray[np.void], times: dict[str, int]) -> tuple[NDArray[np.datetime64], NDArray[np.bool_]]:
    """The stamps, and which of them can be right."""
    seconds = _column(records, times[SECONDS])
    nanoseconds = _column(records, times[NANOSECONDS]) if NANOSECONDS in times else np.zeros_like(seconds)
    microseconds = seconds * 1_000_000 + nanoseconds // 1000
    written = np.frombuffer(records.tobytes(), dtype=np.uint8).reshape(-1, records.dtype.itemsize).any(axis=1)
    return tob.EPOCH + microseconds.astype("timedelta64[us]"), written & (nanoseconds < SECOND_NS)


def _column(records: NDArray[Any], position: int) -> NDArray[np.int64]:
    return np.asarray(records[str(position)], dtype=np.int64)


def rejected_records(records: NDArray[np.void], good: NDArray[np.bool_], readings: int) -> list[Rejected]:
    """Stretches of records that a power cut left empty, or whose stamps are no time."""
    found = []
    for first, behind in tob.runs(~good):
        content = records[first:behind].tobytes()
        empty = not any(content)
        reason = "zeros alone, as a power cut leaves them" if empty else f"more than {SECOND_NS} ns in a second"
        where = f"{behind - first} records: {reason}"
        found.append(Rejected(HEADER_LINES + 1 + first, tob.shown(content), where, readings * (behind - first)))
    return found
