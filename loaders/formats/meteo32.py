"""Ammonit Meteo-32: a .row file of integers, and the .rowinfo file of the same name that says what they are.

A parser sees one file, so the two must come as one: the lines of the .rowinfo, then those of the .row. `joined` makes
that of two files that lie beside each other in a mail, a folder or an archive. A .rowinfo alone holds settings and no
readings; a .row alone can't be read, since how many channels there are, and in which order, stands nowhere in it.

The .row begins with `T month/day/year hour:minute:second count*seconds version serial`. Each line after it is one
averaging period of that many seconds, counted from that time: the first has the time itself as its stamp. Whether that
marks the period's beginning or end isn't stated, nor the zone. Readings are the integers as the logger recorded them:
slope and offset of anemometers (four digits, ten-thousandths and hundredths by inference) are kept as settings, and not
applied.

Unverified: written from the maker's manual; no real file was to be had.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np

from loaders.formats import blocks, cutting, dates, grid
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile, Rejected, Table
from loaders.formats.grid import Dialect
from loaders.formats.settings import Setting, setting
from loaders.formats.text import decode_lines

NAME = "meteo32"
VERIFIED = False
GROWS = False
CODES = re.compile(r"[a-z][0-9a-z][a-z](?: +[a-z][0-9a-z][a-z])*")
NUMBERS = re.compile(r"[a-z][0-9a-z]_(?:slope|offset)=\d+(?: +[a-z][0-9a-z]_(?:slope|offset)=\d+)*")
INFORMATION = re.compile(rf"{CODES.pattern}\s*$|{NUMBERS.pattern}")
START = re.compile(r"T +(\d\d)/(\d\d)/(\d\d) +(\d\d):(\d\d):(\d\d) +(\d+)\*(\d+) +(\S+) +(\S+)", re.ASCII)
STATISTICS = {"a": "avg", "x": "max", "i": "min", "s": "sd"}
SLOPE_UNIT, OFFSET_UNIT = 1e-4, 1e-2  # inferred from the manual's example of an anemometer: 0.0477 m and 0.25 m/s
CENTURY = 2000  # the logger was built after 2000
LONGEST_PERIOD_S = 366 * 86_400
DEMAND = "load it together with the .rowinfo file of the same name: both in one archive, or both in the folder given"


@dataclass(frozen=True, slots=True)
class Start:
    """The first line of a .row file."""

    time: np.datetime64
    period: np.timedelta64
    version: str
    serial: str

    def after(self, rows: int) -> str:
        """Such a line for what follows so many rows; one that can't be read where that is after 2099."""
        date, clock = str((self.time + rows * self.period).astype("datetime64[s]")).split("T")
        year, month, day = date.split("-")
        seconds = self.period // np.timedelta64(1, "s")
        return f"T {month}/{day}/{int(year) - CENTURY:02} {clock} 1*{seconds} {self.version} {self.serial}"


def joined(rowinfo: bytes, row: bytes) -> bytes:
    """Both files as the parser takes them."""
    return rowinfo.rstrip() + b"\n" + row


def matches(head: bytes) -> bool:
    """Whether it begins with channel codes and their slopes, or with the first line of a .row file."""
    lines = decode_lines(head).split("\n")
    if START.match(lines[0].strip()):
        return True
    texts = list(islice((line.strip() for line in lines if line.strip()), 2))
    return len(texts) == 2 and bool(CODES.fullmatch(texts[0]) and NUMBERS.match(texts[1]))  # noqa: PLR2004 - two lines


def parse(content: bytes) -> LoggerFile:
    """Read a .rowinfo and a .row file as one; the .row may be several that were appended to each other.

    Raises FormatError where the codes are missing or don't stand before the rows, where a first line of rows can't be
    read, and where the rows are of two loggers.
    """
    lines = decode_lines(content).split("\n")
    begins = [at for at, line in enumerate(lines) if line.startswith("T ")]
    codes, numbers = _read_rowinfo(lines[: begins[0]] if begins else lines)
    if not begins:
        return _as_file(codes, numbers, None, (), ())
    if not codes:
        raise FormatError("rows of numbers without the codes of their channels", f"line {begins[0] + 1}", DEMAND)
    blocks.refuse_another(lines[begins[0] :], begins[0] + 1, INFORMATION)
    starts: list[Start] = []
    tables: list[Table] = []
    rejected: list[Rejected] = []
    for at, end in pairwise([*begins, len(lines)]):
        starts.append(_read_start(lines[at], at + 1))
        some_tables, some_rejected = _read_rows(lines[at + 1 : end], at + 2, codes, starts[-1])
        tables += some_tables
        rejected += some_rejected
    blocks.the_logger((start.serial, at + 1) for start, at in zip(starts, begins, strict=True))
    return _as_file(codes, numbers, starts[0], blocks.joined(tables), rejected)


def cut(content: bytes) -> Cut | None:
    """Where a large file can be cut: behind a row, since blank lines are rows only where others follow them.

    Above what follows stand the codes, the file's first line of rows, which is told of it, and the last one as it would
    be there.
    """
    found = cutting.written_once(content, _above_rows)
    if found is None:
        return None
    lines = cutting.first_lines(content, found.lines)
    while not decode_lines(lines[-1]).strip():
        lines.pop()
    later = (at for at, line in enumerate(lines) if line.startswith(b"T "))
    start = max(later, default=found.heading_lines - 1)  # before the file's first one a mark may stand
    heading = found.heading + _continued(lines[start], len(lines) - start - 1).encode() + b"\n"
    return Cut(sum(len(line) + 1 for line in lines), len(lines), heading, found.heading_lines + 1)


def _above_rows(lines: Sequence[str]) -> int | None:
    return next((at + 1 for at, line in enumerate(lines) if line.startswith("T ")), None)


def _continued(line: bytes, rows: int) -> str:
    """A first line of rows, as it would be after so many of them; unchanged where it is none, which `parse` tells."""
    text = decode_lines(line)
    with suppress(FormatError):
        return _read_start(text, 1).after(rows)
    return text


def _read_rowinfo(lines: Sequence[str]) -> tuple[tuple[str, ...], dict[str, int]]:
    """The channel codes, and slopes and offsets by their names."""
    codes: tuple[str, ...] = ()
    numbers: dict[str, int] = {}
    for at, line in enumerate(lines, 1):
        text = line.strip()
        if not codes and CODES.fullmatch(text):
            codes = tuple(text.split())
        elif codes and NUMBERS.fullmatch(text):
            numbers |= {name: int(digits) for name, digits in (word.split("=") for word in text.split())}
        elif text:
            raise FormatError(
                f"'{text[:40]}' found, codes of channels and then their slopes and offsets expected",
                f"line {at}",
                "have the .rowinfo file sent again",
            )
    if len(set(codes)) < len(codes):
        raise FormatError("a channel's code comes twice in the .rowinfo", "line 1", "have the .rowinfo file sent again")
    return codes, numbers


def _read_start(line: str, number: int) -> Start:
    found = START.fullmatch(line.strip())
    where = f"line {number}"
    if found is None:
        raise FormatError(
            f"'{line[:60]}' found, 'T MM/DD/YY hh:mm:ss count*seconds version serial' expected",
            where,
            "have the .row file sent again",
        )
    month, day, year, hour, minute, second, count, seconds = (int(part) for part in found.groups()[:8])
    try:
        time = np.datetime64(f"{CENTURY + year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}", "us")
    except ValueError:
        raise FormatError(f"'{line[:20]}' is no time of the calendar", where, "have the .row file sent again") from None
    if not 0 < count * seconds <= LONGEST_PERIOD_S:
        raise FormatError(f"an averaging period of {count}*{seconds} seconds", where, "have the .row file sent again")
    return Start(time, np.timedelta64(count * seconds, "s"), found[9], found[10])


def _read_rows(
    lines: Sequence[str], first_line: int, codes: Sequence[str], start: Start
) -> tuple[tuple[Table, ...], tuple[Rejected, ...]]:
    """Each line stands for its period, also one that can't be read; after the last one there may be blank lines."""
    rows = list(lines)
    while rows and not rows[-1].strip():
        rows.pop()
    width = len(codes) + 1
    body = "\n".join(f"{number} {' '.join(line.split())}" for number, line in enumerate(rows)).encode()
    read = grid.read(body, first_line, width, Dialect(" "), stamp=0, readings=range(1, width), missing=())
    read = grid.Grid(read.rows, read.stamps, read.columns, rows, first_line)
    times = start.time + (read.rows.lines - first_line) * start.period
    columns = {position: Column(code, "", STATISTICS.get(code[2])) for position, code in enumerate(codes, 1)}
    return grid.to_table(read, times, columns, dates.EXPECTED, start.period)


def _as_file(
    codes: Sequence[str],
    numbers: dict[str, int],
    start: Start | None,
    tables: tuple[Table, ...],
    rejected: Iterable[Rejected],
) -> LoggerFile:
    header: dict[str, object] = {"codes": list(codes), "numbers": numbers, "settings": _settings(codes, numbers)}
    if start:
        header |= {"version": start.version, "start": str(start.time)}
    return LoggerFile(
        format=NAME,
        logger=start.serial if start else None,
        tables=tables,
        rejected=tuple(rejected),
        header=header,
        created=None,
        utc_offset=None,
        timestamp_is_end_of_period=None,
    )


def _settings(codes: Sequence[str], numbers: dict[str, int]) -> list[Setting]:
    """Slope and offset of the sensors that have both: for an anemometer alone the manual shows what the digits mean."""
    sensors = dict.fromkeys(code[:2] for code in codes)
    return [
        setting(
            [code for code in codes if code[:2] == sensor],
            slope=round(numbers[f"{sensor}_slope"] * SLOPE_UNIT, 4),
            offset=round(numbers[f"{sensor}_offset"] * OFFSET_UNIT, 2),
        )
        for sensor in sensors
        if sensor.startswith("s") and f"{sensor}_slope" in numbers and f"{sensor}_offset" in numbers
    ]
