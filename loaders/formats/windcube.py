"""Leosphere and Vaisala WindCube .sta (and .stdsta): facts, a line of names, and rows of tab-separated statistics.

The first generation writes `HeaderLength=`, the second `HeaderSize=`. Stamps of both mark the end of the period: the
second says so in the name of its first column, the first doesn't say it. The second states the zone (`timezone=UTC+0`),
the first doesn't. The second has the year first, the first the day, unless its own rows tell otherwise. NaN and blank
are recorded as missing. A sensor for pressure, temperature or humidity that isn't there is recorded as 0: kept as it
is. Columns have the file's own names; what stands in the first generation's header once for each altitude gets ` (2)`,
` (3)` at the second and third. A degree sign that didn't survive a mail is written anew.

Checked against three lidars of both generations and against the maker-independent NetCDF of one of these days.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from loaders.formats import blocks, cells, cutting, dates, grid, molas
from loaders.formats.blocks import Block
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile, Rejected, Table
from loaders.formats.grid import Dialect
from loaders.formats.settings import Setting, number, setting
from loaders.formats.text import decode_lines
from loaders.formats.zones import utc_offset

NAME = "windcube"
VERIFIED = True
GROWS = False
HEADER = re.compile(r"^Header(?:Size|Length)=", re.MULTILINE)
NAMES = re.compile(r"(?:Timestamp[^\t]*|Date)\t")
LONGEST_HEADER = 500  # lines until that of the names
END_OF_PERIOD = "(end of interval)"
BEAM = "Position"  # of raw data: the direction in which the beam looked, or V
MISSING = cells.spellings(("NAN", "NA", ""))
TAB = Dialect("\t")
REPEATED = re.compile(r" \(\d+\)$")
UNIT = re.compile(r" ?\(([^()]*)\)$")
ORIENTATION = re.compile(r"DirectionOffset ?\(°\)")  # what the lidar turns its directions by: how it was set up
ALTITUDES = re.compile(r"Altitudes[^=]*")
ALTITUDE = re.compile(r"(\d+(?:\.\d+)?)m ", re.ASCII)
ALTITUDE_NUMBER = re.compile(r"[A-Za-z.](\d+)$", re.ASCII)

# The first that is found in a name, its unit left out.
STATISTICS = (
    (re.compile(r"Avail"), "availability"),
    (re.compile(r"Dispersion$|^d(?:Vh|u|v|w|CNR|spectral)"), "sd"),
    (re.compile(r" min$|Min\d*$|CNRmin"), "min"),
    (re.compile(r" max$|Max\d*$|CNRmax"), "max"),
)
DEMAND = "have the lidar send the file again, or load it as the lidar wrote it"


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above the rows; the name of a column that only separates two altitudes is empty."""

    line: int
    facts: dict[str, str]
    names: tuple[str, ...]
    heights_m: dict[str, float]

    @property
    def is_statistics(self) -> bool:
        """Whether rows are statistics, and not what each beam saw."""
        return BEAM not in self.names

    @property
    def readings(self) -> dict[int, Column]:
        """The columns that hold readings, by position."""
        return {
            position: self._column(name)
            for position, name in enumerate(self.names)
            if position > 0 and name not in ("", BEAM)
        }

    def _column(self, name: str) -> Column:
        bare = REPEATED.sub("", name)
        unit = UNIT.search(bare)
        bare = UNIT.sub("", bare)
        statistic = next((word for pattern, word in STATISTICS if pattern.search(bare)), None)
        if statistic is None and self.is_statistics and name in self.heights_m:
            statistic = "avg"
        return Column(name, unit[1] if unit else "", statistic)


def matches(head: bytes) -> bool:
    """Whether the first line says how long the header is; other makers' lidars have such headers too."""
    return HEADER.match(decode_lines(head).lstrip()) is not None and not molas.matches(head)


def parse(content: bytes) -> LoggerFile:
    """Read one file, or several that were appended to each other; lines and cells that can't be read go to `rejected`.

    Raises FormatError where a header can't be read, and where the file holds more than one lidar or clock.
    """
    return parse_with(content, Hearing())


def parse_with(content: bytes, hearing: Hearing) -> LoggerFile:
    """The same of a piece, with what others of its file tell."""
    found = blocks.cut(decode_lines(content), HEADER)
    begins = [block.first_line for block in found]
    headers: list[Header] = []
    tables: list[Table] = []
    rejected: list[Rejected] = []
    for block in found:
        header, some_tables, some_rejected = read_block(block, Hearing() if headers else hearing)
        headers.append(header)
        tables += some_tables
        rejected += some_rejected
    offset, is_end = blocks.the_clock(
        (utc_offset(header.facts.get("timezone", "")), END_OF_PERIOD in header.names[0] or None, line)
        for header, line in zip(headers, begins, strict=True)
    )
    serials = (header.facts.get("ID System") or None for header in headers)
    return LoggerFile(
        format=NAME,
        logger=blocks.the_logger(zip(serials, begins, strict=True)),
        tables=blocks.joined(tables),
        rejected=tuple(rejected),
        header=describe(headers),
        created=None,
        utc_offset=offset,
        timestamp_is_end_of_period=is_end,
    )


def cut(content: bytes) -> Cut | None:
    """Where a large file can be cut."""
    return cutting.written_once(content, _above_rows, HEADER)


def _above_rows(lines: Sequence[str]) -> int | None:
    return next((at + 1 for at, line in enumerate(lines[:LONGEST_HEADER]) if NAMES.match(line)), None)


@dataclass(frozen=True, slots=True)
class Tabs:
    """How many the first row has of those that have as many as the names, or one less; None where none has."""

    count: int | None

    def __add__(self, later: Tabs) -> Tabs:
        return later if self.count is None else self


def read_block(block: Block, hearing: Hearing) -> tuple[Header, tuple[Table, ...], tuple[Rejected, ...]]:
    """One header, and the rows under it."""
    lines = block.text.split("\n")
    at = next((at for at, line in enumerate(lines[:LONGEST_HEADER]) if NAMES.match(line)), None)
    if at is None:
        raise FormatError(
            "no line of names that begins with 'Timestamp' or 'Date' and a tab", f"line {block.first_line}", DEMAND
        )
    rows = lines[at + 1 :]
    header = read_header(lines[:at], lines[at].split("\t"), block.first_line + at)
    width = len(header.names)
    tabs = Tabs(next((count for row in rows if (count := row.count("\t")) in (width - 1, width - 2)), None))
    if not header.names[-1] and hearing.together(tabs).count == width - 2:  # an editor took the last tab of each row
        width -= 1
    readings = header.readings
    read = grid.read(
        "\n".join(rows).encode(),
        block.first_line + at + 1,
        width,
        TAB,
        stamp=0,
        readings=list(readings),
        missing=MISSING,
    )
    if not header.is_statistics:
        without_unit = [position for position in readings if not readings[position].unit]
        read = grid.without_texts(read, without_unit, hearing)
    stamps = dates.take_apart(read.stamps)
    times = dates.to_times(stamps, dates.ORDERS[hearing.together(dates.votes(stamps)).way or 0])
    expected = "YYYY/MM/DD hh:mm" if header.names[0].startswith("Timestamp") else "DD/MM/YYYY hh:mm:ss"
    return header, *grid.to_table(read, times, readings, expected)


def read_header(lines: Sequence[str], names: Sequence[str], line: int) -> Header:
    """Read the facts and the names that end them; `line` is that of the names."""
    facts: dict[str, str] = {}
    for text in lines:
        key, is_fact, value = text.partition("=")
        if is_fact and key.strip():
            facts.setdefault(key.strip().replace("\ufffd", "°"), value.strip())
    mended = [name.strip().replace("\ufffd", "°") for name in names]
    unique = iter(grid.unique([name for name in mended if name]))
    own = tuple(next(unique) if name else "" for name in mended)
    return Header(line, facts, own, heights(own, facts, line))


def heights(names: Sequence[str], facts: dict[str, str], line: int) -> dict[str, float]:
    """The height of each column that belongs to one: by its name, else by the list of altitudes."""
    named = {name: float(found[1]) for name in names if (found := ALTITUDE.match(name))}
    if named:
        return named
    first = next((at for at, name in enumerate(names) if ALTITUDE_NUMBER.search(name)), None)
    listed = next((value for key, value in facts.items() if ALTITUDES.fullmatch(key)), None)
    if first is None or listed is None:
        return {}
    try:
        altitudes = [float(altitude) for altitude in listed.split()]
    except ValueError:
        altitudes = []
    groups = [list(group) for is_named, group in groupby(names[first:], key=bool) if is_named]
    if len(groups) != len(altitudes) or not all(map(math.isfinite, altitudes)):
        raise FormatError(f"columns of {len(groups)} altitudes, and the altitudes '{listed}'", f"line {line}", DEMAND)
    return {name: altitude for group, altitude in zip(groups, altitudes, strict=True) for name in group}


def describe(headers: Sequence[Header]) -> dict[str, object]:
    """What the file says of itself: each header that differs from those before, the orientation, and the heights."""
    different = {(tuple(header.facts.items()), header.names): header for header in reversed(headers)}
    return {
        "headers": [
            {"line": header.line, "facts": header.facts, "names": [name for name in header.names if name]}
            for header in reversed(different.values())
        ],
        "device_orientation_deg": orientation(headers[-1]),
        "settings": settings(headers[-1]),
    }


def orientation(header: Header) -> float | None:
    """The device's orientation in degrees, as it was told when it was set up; None where the header has no number."""
    stated = next((value for key, value in header.facts.items() if ORIENTATION.fullmatch(key)), None)
    return number(stated)


def settings(header: Header) -> list[Setting]:
    """The height of each altitude's columns."""
    by_height: dict[float, list[str]] = {}
    for name, height_m in header.heights_m.items():
        by_height.setdefault(height_m, []).append(name)
    return [setting(names, height_m=height_m) for height_m, names in by_height.items()]
