"""Kintech Orbit and Atlas .wnd: a signature, a line of facts with the channels as JSON, two lines of names, then rows.

The stamps' offset from UTC stands in the line of facts. Which side of the averaging period they mark doesn't: others'
comparison with Windographer's export of such files suggests the end. The period may change in mid-file and isn't stated
either. There is no missing token: the logger leaves rows out. Numbers have separators between thousands (1,025.9). The
format of dates in the line of facts is not the one of the rows, which have the year first; it counts only where they
haven't.

Checked against two files of real loggers, one of them cell by cell against another parser's output.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from loaders.formats import cutting, dates, grid
from loaders.formats.date_order import OUTVOTED
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile, Undecided
from loaders.formats.grid import Dialect
from loaders.formats.settings import Setting, setting
from loaders.formats.text import decode_lines
from loaders.formats.zones import utc_offset

NAME = "kintech"
VERIFIED = True
GROWS = False
SIGNATURE = "Kintech Engineering Atlas Output Data File#"
BEFORE_SITE = ("signature", "version", "time_zone", "date_format", "list_separator", "decimal", "separator")
AFTER_SITE = ("site_id", "logger_serial", "guid")
HEADER_LINES = 4
STATISTICS = {"": "avg", "-STDev": "sd", "-Min": "min", "-Max": "max", "-TI30": "ti30sec"}
UNITLESS = ("-TI30",)
STAMP = re.compile(rb"(?m)^(\d+[-/.]\d+[-/.]\d+)[,; T]+(?=\d+:\d\d)")
CELL = rb"(?<=[ \t;])[+-]?(%s)(?=[ \t;\r\n]|\Z)"
GROUPS = rb"[1-9]\d{0,2}(?:[%s]\d{3})+"
TRAILING = re.compile(rb"(?m)(?<![ \t;])[ \t;]+$")
NOT_FOR_JSONB = re.compile(r"\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})")  # what PostgreSQL can't store
DEMAND = "have the file exported again by Atlas, or from the logger's memory card"


@dataclass(frozen=True, slots=True)
class Header:
    """The facts that the file states, its channels, and the two lines of names without the timestamp's."""

    facts: dict[str, str]
    channels: list[dict[str, Any]]
    short_names: tuple[str, ...]
    names: tuple[str, ...]

    def channel(self, position: int) -> tuple[dict[str, Any], str]:
        """The channel of a column, empty if the file doesn't describe it, and what the name adds to the channel's."""
        short = self.short_names[position]
        for channel in self.channels:
            prefix = str(channel.get("ColumnPrefix", ""))
            if prefix and short.startswith(prefix) and short[len(prefix) :] in STATISTICS:
                return channel, short[len(prefix) :]
        ending = next((ending for ending in STATISTICS if ending and short.endswith(ending)), "")
        return {}, ending


def matches(head: bytes) -> bool:
    """Whether the second line, after one of hexadecimal digits, begins with the maker's signature."""
    return re.match(rf"(?:[0-9A-Fa-f]+\s*\n)?{SIGNATURE}", decode_lines(head)) is not None


def parse(content: bytes) -> LoggerFile:
    """Read one file; lines and cells that can't be read go to `rejected`.

    Raises FormatError where the header can't be read, and where another file begins within this one.
    """
    return parse_with(content, Hearing())


def parse_with(content: bytes, hearing: Hearing) -> LoggerFile:
    """The same of a piece, with what others of its file tell."""
    lines = decode_lines(content).split("\n")
    start = 0 if lines[0].startswith(SIGNATURE) else 1
    header = _read_header(lines, start)
    first_line = start + HEADER_LINES
    body = "\n".join(lines[start + HEADER_LINES - 1 :])
    _refuse_another_file(lines, start)
    dialect = Dialect(header.facts["separator"], header.facts["decimal"])
    read = _read_rows(body.encode(), first_line, len(header.names), dialect, hearing)
    stamps = dates.take_apart(read.stamps)
    times = dates.to_times(stamps, _order(header, stamps, read, hearing))
    columns = _columns(header)
    tables, rejected = grid.to_table(read, times, columns, dates.EXPECTED)
    return LoggerFile(
        format=NAME,
        logger=header.facts["logger_serial"] or None,
        tables=tables,
        rejected=rejected,
        header={**header.facts, "channels": header.channels, "settings": _settings(header)},
        created=None,
        utc_offset=utc_offset(header.facts["time_zone"]),
        timestamp_is_end_of_period=None,
        is_unverified=_is_unverified(header, stamps, lines[start + 1]),
    )


def cut(content: bytes) -> Cut | None:
    """Where a large file can be cut."""
    return cutting.written_once(content, _above_rows)


def _above_rows(lines: Sequence[str]) -> int:
    return HEADER_LINES - lines[0].startswith(SIGNATURE)


def _read_header(lines: Sequence[str], start: int) -> Header:
    if len(lines) < start + HEADER_LINES - 1:
        raise FormatError(
            f"the header ends after {len(lines)} lines, {start + HEADER_LINES - 1} expected",
            f"line {len(lines)}",
            DEMAND,
        )
    facts, channels = _read_facts(lines[start], start + 1)
    separator = facts["separator"]
    short_names, names = (_names(line, separator) for line in lines[start + 1 : start + 3])
    if not short_names or short_names[0] != "DateTime" or len(short_names) == 1:
        raise FormatError(
            f"'{lines[start + 1][:40]}' found, 'DateTime' and names of columns expected", f"line {start + 2}", DEMAND
        )
    if len(short_names) != len(names):
        raise FormatError(
            f"{len(short_names)} short names of columns found, but {len(names)} long ones", f"line {start + 3}", DEMAND
        )
    return Header(facts, channels, short_names[1:], grid.unique(names[1:]))


def _names(line: str, separator: str) -> tuple[str, ...]:
    """The names in a line; those of date and time may be apart, which a public program expects."""
    names = tuple(name for name in line.rstrip().split(separator) if name)
    return ("DateTime", *names[2:]) if names[:2] == ("Date", "Time") else names


def _read_facts(line: str, number: int) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The line of facts; the site's name may hold the sign between facts, and so may the channels' JSON."""
    before, bracket, after = line.partition("#[")
    fields = before.split("#")
    known = len(BEFORE_SITE) + len(AFTER_SITE)
    if not bracket or len(fields) < known + 1:
        found = f"{len(fields)} facts {'and' if bracket else 'but not'} the channels"
        raise FormatError(f"{found} found, {known + 1} and the channels expected", f"line {number}", DEMAND)
    facts = dict(zip(BEFORE_SITE, fields, strict=False))
    facts["site"] = "#".join(fields[len(BEFORE_SITE) : -len(AFTER_SITE)])
    facts |= dict(zip(AFTER_SITE, fields[-len(AFTER_SITE) :], strict=True))
    channels = _read_channels("[" + after.rstrip().removesuffix("#"))
    if channels is None:
        raise FormatError("the channels are no JSON array of objects", f"line {number}", DEMAND)
    if facts["decimal"] not in (".", ",") or facts["separator"] not in (" ", "\t", ";"):
        found = f"'{facts['decimal']}' before decimals and '{facts['separator']}' between fields"
        what = f"{found} found; a point or comma, and a blank, tab or semicolon expected"
        raise FormatError(what, f"line {number}", DEMAND)
    return facts, channels


def _read_channels(text: str) -> list[dict[str, Any]] | None:
    try:
        channels = json.loads(NOT_FOR_JSONB.sub(r"\\ufffd", text), parse_constant=lambda _: None, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    are_channels = isinstance(channels, list) and all(isinstance(channel, dict) for channel in channels)
    return channels if are_channels else None


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _refuse_another_file(lines: Sequence[str], start: int) -> None:
    for number, line in enumerate(lines[start + 1 :], start + 2):
        if line.startswith(SIGNATURE):
            raise FormatError(
                "another file begins within this one", f"line {number}", "cut the file in two, and load the pieces"
            )


def _read_rows(body: bytes, first_line: int, columns: int, dialect: Dialect, hearing: Hearing) -> grid.Grid:
    """Read the rows; the sign between date and time is often the one between thousands, and no more than that."""
    tidy = TRAILING.sub(b"", _without_thousands(STAMP.sub(rb"\1T", body), first_line, dialect, hearing))
    read = grid.read(tidy, first_line, columns + 1, dialect, stamp=0, readings=range(1, columns + 1), missing=())
    return replace(read, texts=body.decode().split("\n"))


@dataclass(frozen=True, slots=True)
class Signs:
    """How many numbers bear out what the line of facts says of the sign between thousands, and how many don't."""

    agreeing: int
    contrary: int

    def __add__(self, later: Signs) -> Signs:
        return Signs(self.agreeing + later.agreeing, self.contrary + later.contrary)


def _without_thousands(body: bytes, first_line: int, dialect: Dialect, hearing: Hearing) -> bytes:
    """Numbers without the sign between thousands, if the cells bear out which one that is.

    0.184 and 12.80 don't where the line of facts has decimal commas. If no cell has a decimal comma it is wrong; if
    some have, a number such as 1.184 is left as it is, unless those that speak for 1184 are many more.
    """
    decimal, sign = dialect.decimal.encode(), b"," if dialect.decimal == "." else b"."
    if hearing.is_over and sign not in body:
        return body
    contrary = [
        found
        for found in re.finditer(CELL % (rb"\d*[%s]\d*" % sign), body)
        if not re.fullmatch(GROUPS % sign, found[1])
    ]
    agreeing = sum(1 for _ in re.finditer(CELL % (rb"[\d%s]*[%s]\d+" % (sign, decimal)), body))
    signs = hearing.together(Signs(agreeing, len(contrary)))
    if contrary and not signs.agreeing:
        line = first_line + body[: contrary[0].start()].count(b"\n")
        raise Undecided(
            f"'{contrary[0][0].decode()}' found where '{dialect.decimal}' stands before decimals by the line of facts",
            f"line {line}",
            DEMAND,
        )
    fraction = rb"[%s]\d*" % decimal
    settled = signs.agreeing >= signs.contrary * OUTVOTED
    cell = CELL % (GROUPS % sign + (rb"(?:%s)?" if settled else rb"%s") % fraction)
    return re.sub(cell, lambda number: number[0].replace(sign, b""), body)


def _order(header: Header, stamps: dates.Stamps, read: grid.Grid, hearing: Hearing) -> dates.Order:
    """The order of day and month, by the line of facts where the rows haven't the year first."""
    declared = header.facts["date_format"]
    day, month, year = (declared.find(letter) for letter in "dMy")
    if min(day, month) >= 0 and year > max(day, month):
        return dates.DAY_FIRST if day < month else dates.MONTH_FIRST
    told = hearing.together(dates.votes(stamps))
    return dates.settle_or_refuse(stamps, read.stamps, read.rows.lines, told)


def _is_unverified(header: Header, stamps: dates.Stamps, names: str) -> bool:
    """Both loggers' files have decimal points, the year first, and one name for date and time."""
    year_last = stamps.legible & ~stamps.year_first
    return header.facts["decimal"] == "," or bool(year_last.any()) or not names.startswith("DateTime")


def _columns(header: Header) -> dict[int, Column]:
    columns = {}
    for position, name in enumerate(header.names):
        channel, ending = header.channel(position)
        unit = "" if ending in UNITLESS else str(channel.get("Units", ""))
        columns[position + 1] = Column(name, unit, STATISTICS[ending] if channel or ending else None)
    return columns


def _settings(header: Header) -> list[Setting]:
    """The channels, in the file's order."""
    of_channel: dict[str, list[str]] = {}
    for position, name in enumerate(header.names):
        channel, _ = header.channel(position)
        of_channel.setdefault(str(channel.get("ColumnPrefix", "")), []).append(name)
    return [
        setting(
            of_channel.get(str(channel.get("ColumnPrefix", "")), []),
            height_m=_number(channel.get("Height")),
            slope=_number(channel.get("Slope")),
            offset=_number(channel.get("Offset")),
            unit=str(channel["Units"]) if "Units" in channel else None,
            description=str(channel["Name"]) if "Name" in channel else None,
        )
        for channel in header.channels
    ]


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
