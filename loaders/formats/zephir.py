"""ZX Lidars / ZephIR CSV, as the maker's converter writes it: a line of facts, a line of names, then rows.

The line of facts states the clock's offset from UTC, which side of the averaging period the stamps mark, and how high
the lidar's window is above ground. The converting computer's locale decides separator, decimal mark and how dates are
written. Which of day and month comes first is settled by the column of seconds, which count from 1999-08-08 on the same
clock (found by calculation). 9999 (no valid data) and 9998 (low wind, or filtered: general knowledge) are recorded as
missing in all columns of measurements. What follows `Checksum:` is encoded, and neither read nor a reading.

Checked against a file of a real lidar with decimal commas; files with points are unverified.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loaders.formats import blocks, cells, cutting, dates, grid
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile
from loaders.formats.grid import Dialect
from loaders.formats.settings import Setting, setting
from loaders.formats.text import decode_lines

NAME = "zephir"
VERIFIED = True
GROWS = False
SIGNATURE = "CSV Converter:"
HEADER = re.compile(rf'^"?{SIGNATURE}', re.MULTILINE)
HEADER_LINES = 2
STAMP, SECONDS, CHECKSUM = "Time and Date", "Timestamp (s)", "Checksum:"
NAMES = re.compile(rf'"?Reference"? *([;,\t]) *"?{re.escape(STAMP)}"?')
NO_READINGS = ("reference", "time and date", "timestamp (s)", "info. flags", "status flags", "gps")
MISSING = cells.spellings(("NAN", ""))
MISSING_NUMBERS = (9999.0, 9998.0)
EPOCH = np.datetime64("1999-08-08T00:00:00", "us")
WIDEST_ZONE = np.timedelta64(14, "h")
NUMBER = r"[+-]?\d+(?:[.,]\d+)?"
DEMAND = "have the lidar's file converted again"


@dataclass(frozen=True, slots=True)
class Header:
    """The facts as the file has them, the names of columns, and whether an encoded field ends each row."""

    facts: tuple[str, ...]
    names: tuple[str, ...]
    has_checksum: bool
    separator: str

    def fact(self, pattern: str) -> re.Match[str] | None:
        """The first fact in which the pattern is found."""
        return next((found for fact in self.facts if (found := re.search(pattern, fact, re.IGNORECASE))), None)


def matches(head: bytes) -> bool:
    """Whether the first line begins with the converter's name."""
    return decode_lines(head).lstrip('"').startswith(SIGNATURE)


def parse(content: bytes) -> LoggerFile:
    """Read one file, or several that were appended to each other; lines and cells that can't be read go to `rejected`.

    Raises FormatError where a header can't be read, and where day and month can't be told apart.
    """
    return parse_with(content, Hearing())


def parse_with(content: bytes, hearing: Hearing) -> LoggerFile:
    """The same of a piece, with what others of its file tell."""
    return blocks.read(decode_lines(content), HEADER, read_one, hearing)


def cut(content: bytes) -> Cut | None:
    """Where a large file can be cut."""
    return cutting.written_once(content, lambda _: HEADER_LINES, HEADER)


def read_one(text: str, hearing: Hearing) -> LoggerFile:
    """One header, and the rows under it."""
    first, _, rest = text.partition("\n")
    second, _, body = rest.partition("\n")
    header = _read_header(first, second)
    blocks.refuse_another(body.split("\n"), HEADER_LINES + 1, NAMES)
    read, seconds, decimal = _read_rows(body.encode(), header, hearing)
    read = grid.with_missing_numbers(read, MISSING_NUMBERS)
    read = grid.without_texts(read, list(read.columns), hearing)
    stamps = dates.take_apart(read.stamps)
    times = dates.to_times(stamps, _order(stamps, seconds, read, hearing))
    columns = _columns(header)
    tables, rejected = grid.to_table(read, times, columns, dates.EXPECTED)
    unit = header.fact(r"^Unit: *(\S+)")
    return LoggerFile(
        format=NAME,
        logger=unit[1] if unit else None,
        tables=tables,
        rejected=rejected,
        header=_describe(header, [columns[position] for position in read.columns]),
        created=None,
        utc_offset=_utc_offset(header),
        timestamp_is_end_of_period=_is_end(header),
        is_unverified=decimal == "." and not read.is_empty,
    )


def _read_header(first: str, second: str) -> Header:
    if not second:
        raise FormatError("the header ends after 1 of 2 lines", "line 2", DEMAND)
    found = NAMES.match(second)
    if found is None:
        raise FormatError(
            f"'{second[:40]}' found, a line of names that begins with 'Reference' and '{STAMP}' expected",
            "line 2",
            DEMAND,
        )
    separator = found[1]
    named, checksum, _ = second.partition(CHECKSUM)
    names = grid.named(named.split(separator))
    if "" in names:
        raise FormatError(f"column {names.index('') + 1} has no name", "line 2", DEMAND)
    facts = tuple(fact.strip() for fact in _split_facts(first, separator))
    return Header(facts, grid.unique(names), bool(checksum), separator)


def _split_facts(line: str, separator: str) -> list[str]:
    text = line.strip().strip('"')
    return text.split(";" if ";" in text else separator)


def _read_rows(body: bytes, header: Header, hearing: Hearing) -> tuple[grid.Grid, NDArray[np.float64], str]:
    """The rows, the column of seconds, NaN where there is none, and the sign before decimals."""
    separator = header.separator
    rows = grid.cut_after(body, separator, len(header.names)) if header.has_checksum else body
    stamp = header.names.index(STAMP)
    readings = [position for position, name in enumerate(header.names) if name.lower() not in NO_READINGS]
    seconds = [position for position, name in enumerate(header.names) if name == SECONDS]
    dialect = Dialect(separator, grid.decimal_mark(rows, separator, hearing))
    read = grid.read(
        rows,
        HEADER_LINES + 1,
        len(header.names) + header.has_checksum,
        dialect,
        stamp=stamp,
        readings=[*readings, *seconds],
        missing=MISSING,
    )
    counted = read.columns.pop(seconds[0]).values if seconds else np.full(len(read.rows.lines), np.nan)
    return replace(read, texts=body.decode().split("\n")), counted, dialect.decimal


@dataclass(frozen=True, slots=True)
class Agreeing:
    """How many stamps say the same as the column of seconds if the day comes first, and if the month does."""

    stamps: tuple[int, ...]

    def __add__(self, later: Agreeing) -> Agreeing:
        return Agreeing(tuple(map(sum, zip(self.stamps, later.stamps, strict=True))))


def _order(stamps: dates.Stamps, seconds: NDArray[np.float64], read: grid.Grid, hearing: Hearing) -> dates.Order:
    """The order of day and month in which the stamps say the same as the column of seconds."""
    counted = np.isfinite(seconds) & (np.abs(seconds) < 1e10)  # noqa: PLR2004 - three centuries
    times = EPOCH + np.where(counted, seconds, 0).astype("timedelta64[s]")
    agreeing = []
    for order in dates.ORDERS:
        apart = np.abs(dates.to_times(stamps, order) - times)
        agreeing.append(int((counted & (apart <= WIDEST_ZONE)).sum()))  # NaT compares as false
    told = hearing.together(dates.votes(stamps))
    day_first, month_first = hearing.together(Agreeing(tuple(agreeing))).stamps
    if day_first != month_first:
        return dates.ORDERS[int(month_first > day_first)]
    return dates.settle_or_refuse(stamps, read.stamps, read.rows.lines, told)


def _columns(header: Header) -> dict[int, Column]:
    averages = header.fact(r"averaging period") is not None
    return {
        position: Column(name, _unit(name), _statistic(name, averages)) for position, name in enumerate(header.names)
    }


def _unit(name: str) -> str:
    found = re.search(r"\(([^()]*)\)", name)
    return found[1] if found and found[1] != "corrected" else ""


def _statistic(name: str, averages: bool) -> str | None:  # noqa: FBT001 - what the line of facts says
    """By the name; the wind's other columns are averages if the file speaks of an averaging period."""
    for pattern, statistic in (
        (r"\bMin\b", "min"),
        (r"\bMax\b", "max"),
        (r"\bStd", "sd"),
        (r"^TI\b", "ti"),
        (r"^Packets in Average\b", "count"),
    ):
        if re.search(pattern, name):
            return statistic
    return "avg" if averages and re.search(r"^(Horizontal|Vertical) Wind Speed|^Wind Direction", name) else None


def _is_end(header: Header) -> bool | None:
    found = header.fact(r"time ?stamps? indicates? the (beginning|start|end)\b")
    return found[1].lower() == "end" if found else None


def _utc_offset(header: Header) -> np.timedelta64 | None:
    found = header.fact(r"Time sync: *UTC *([+-]?) *(\d{1,2})(?:[.,](\d{1,2}))? *h")
    if found is None:
        return None
    seconds = round(float(f"{found[2]}.{found[3] or 0}") * 3600)
    return np.timedelta64(-seconds if found[1] == "-" else seconds, "s")


def _describe(header: Header, columns: Sequence[Column]) -> dict[str, object]:
    described: dict[str, Any] = {"facts": list(header.facts), "names": list(header.names)}
    if window := header.fact(rf"window height above ground: *({NUMBER}) *m"):
        described["window_height_m"] = float(window[1].replace(",", "."))
    return described | {"settings": _settings(columns)}


def _settings(columns: Sequence[Column]) -> list[Setting]:
    """The heights as the columns' names have them; whether they begin at the window or the ground isn't said."""
    by_height: dict[float, list[str]] = {}
    for column in columns:
        if found := re.search(rf"at ({NUMBER}) ?m\b", column.name):
            by_height.setdefault(float(found[1].replace(",", ".")), []).append(column.name)
    return [setting(names, height_m=height) for height, names in by_height.items()]
