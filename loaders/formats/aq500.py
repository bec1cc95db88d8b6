"""AQ500 sodar result files: marks in brackets, a header that says which field is what, and rows of fixed width.

A header's own lists of field numbers may skip some (real ones do); where each list begins, the number of levels and the
width of the rows say the same without them, and must agree. Values that are multiples (`V * 100`) are divided. A column
is named by its quantity, and by its height where it has one; a sensor that the header says isn't there (`=False`) has a
filler in its field, which is no reading. `No data` is recorded as missing. Neither the zone nor which side of the
averaging period a stamp marks is stated (days from 00:00 to 23:50 suggest the beginning). The site's name is the only
name that the instrument gives itself.

Checked against a file of a real sodar.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from loaders.formats import blocks, cells, cutting, dates, grid
from loaders.formats.blocks import Block
from loaders.formats.cells import Cells
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile, Rejected, Table
from loaders.formats.grid import Dialect
from loaders.formats.settings import Setting, number, setting
from loaders.formats.text import decode_lines

NAME = "aq500"
VERIFIED = True
GROWS = False
BEGIN = "[BOF]"
HEADER = re.compile(r"^\[BOF\]", re.MULTILINE)
END_OF_HEADER, BEGIN_OF_ROWS, END_OF_ROWS = "[EOH]", "[BOD]", "[EOD]"
FIELD = re.compile(r"Data field (\d+)(?:,[\d,]*)?:\s*(.+)$", re.ASCII)
PER_LEVEL = "(LL to HL)"
ORIENTATION = "Antenna orientation(deg)"
ABSENT = "False"
MOST_LEVELS = 1000
STAMPS = "YYYYMMDD hh:mm"
BARE_UNIT = re.compile(r" (m/s|degrees)$")
UNIT = re.compile(r"\(([^()*]+?) ?(?:\* ?(\d{1,6}))?\)$", re.ASCII)
SEPARATORS, DECIMALS = (",", ";", "\t"), (".", ",")
STATISTICS = {"Speed": "avg", "Std-Speed": "sd", "Dir": "avg", "Vertical velocity(w)": "avg", "Std-w": "sd"}
STAMP = r"^\s*(\d{4})(\d\d)(\d\d) +(\d{1,2}:\d\d)\s*$"
MISSING = cells.spellings(("",))
BLANKS = " \t\ufffd"  # a NUL ends some of its texts
PADDING = " ,;\t"  # what a spreadsheet adds to lines shorter than others
DEMAND = "load the file as the sodar wrote it"


@dataclass(frozen=True, slots=True)
class Field:
    """A quantity: its name, unit, and the number that its values are multiplied with; whether its sensor is there."""

    name: str
    unit: str
    times: float
    is_there: bool


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above the rows: the fields after the timestamp, those of the levels behind the single ones."""

    line: int
    facts: dict[str, str]
    single: tuple[Field, ...]
    per_level: tuple[Field, ...]
    levels_m: tuple[float, ...]
    dialect: Dialect
    no_data: float | None
    averaging_period: np.timedelta64 | None

    @property
    def width(self) -> int:
        """Fields of a row."""
        return 1 + len(self.single) + len(self.per_level) * len(self.levels_m)

    @property
    def fields(self) -> dict[int, tuple[Field, float | None]]:
        """The field at each position, with its height, if it has one."""
        levels = [(field, height) for height in self.levels_m for field in self.per_level]
        return dict(enumerate([*((field, None) for field in self.single), *levels], 1))

    @property
    def columns(self) -> dict[int, Column]:
        """The columns that hold readings, by position."""
        return {
            position: Column(_column_name(field, height), field.unit, STATISTICS.get(field.name))
            for position, (field, height) in self.fields.items()
            if field.is_there
        }


def matches(head: bytes) -> bool:
    """Whether the first line is the mark of the beginning."""
    return decode_lines(head).lstrip().startswith(BEGIN)


def parse(content: bytes) -> LoggerFile:
    """Read one file, or several that were appended to each other; lines and cells that can't be read go to `rejected`.

    Raises FormatError where a header can't be read or contradicts itself, and where the file holds two instruments.
    """
    headers: list[Header] = []
    tables: list[Table] = []
    rejected: list[Rejected] = []
    for block in blocks.cut(decode_lines(content), HEADER):
        header, some_tables, some_rejected = read_block(block)
        headers.append(header)
        tables += some_tables
        rejected += some_rejected
    return LoggerFile(
        format=NAME,
        logger=blocks.the_logger((header.facts.get("Station site name") or None, header.line) for header in headers),
        tables=blocks.joined(tables),
        rejected=tuple(rejected),
        header=describe(headers),
        created=None,
        utc_offset=None,
        timestamp_is_end_of_period=None,
    )


def cut(content: bytes) -> Cut | None:
    """Where a large file can be cut: not behind the rows' end, since what follows it is none."""
    found = cutting.written_once(content, _above_rows, HEADER)
    return None if found and found.heading and END_OF_ROWS.encode() in content else found


def _above_rows(lines: Sequence[str]) -> int | None:
    return next((at + 1 for at, line in enumerate(lines) if line.rstrip(PADDING) == BEGIN_OF_ROWS), None)


def read_block(block: Block) -> tuple[Header, tuple[Table, ...], tuple[Rejected, ...]]:
    """One header, and the rows under it."""
    lines = block.text.split("\n")
    marks = {line.rstrip(PADDING): at for at, line in reversed(list(enumerate(lines))) if line.startswith("[")}
    for mark in (END_OF_HEADER, BEGIN_OF_ROWS):
        if mark not in marks:
            raise FormatError(f"no line with {mark}", f"line {block.first_line + len(lines) - 1}", DEMAND)
    header = read_header(lines[: marks[END_OF_HEADER]], block.first_line)
    first, last = marks[BEGIN_OF_ROWS] + 1, marks.get(END_OF_ROWS, len(lines))
    columns = header.columns
    read = grid.read(
        "\n".join(lines[first:last]).encode(),
        block.first_line + first,
        header.width,
        header.dialect,
        stamp=0,
        readings=list(columns),
        missing=MISSING,
    )
    if header.no_data is not None:
        read = grid.with_missing_numbers(read, [header.no_data])
    fields = header.fields
    for position, cell in read.columns.items():
        read.columns[position] = Cells(cell.values / fields[position][0].times, cell.unreadable)
    iso = pc.replace_substring_regex(read.stamps, STAMP, r"\1-\2-\3 \4")
    times = dates.to_times(dates.take_apart(iso), dates.DAY_FIRST)
    return header, *grid.to_table(read, times, columns, STAMPS, header.averaging_period)


def read_header(lines: Sequence[str], first_line: int) -> Header:
    """Read the facts and what they say of the fields; raises FormatError where they contradict each other."""
    facts: dict[str, str] = {}
    fields: dict[int, str] = {}
    for text in lines:
        line = text.strip().rstrip(PADDING)
        if found := FIELD.match(line):
            fields.setdefault(int(found[1]), found[2].strip())
        elif "=" in line:
            key, _, value = line.partition("=")
            facts.setdefault(key.strip(), value.strip(BLANKS))
    try:
        return _put_together(facts, fields, first_line)
    except (KeyError, ValueError, OverflowError) as error:
        what = f"no '{error.args[0]}'" if isinstance(error, KeyError) else str(error)
        raise FormatError(f"the header can't be used: {what}", f"line {first_line}", DEMAND) from None


def _put_together(facts: dict[str, str], fields: dict[int, str], first_line: int) -> Header:
    if not fields.get(1, "").endswith(f"({STAMPS})"):
        raise ValueError(f"field 1 is '{fields.get(1, '')}', a time as {STAMPS} expected")
    if sorted(fields) != list(range(1, len(fields) + 1)):
        raise ValueError(f"fields begin at {sorted(fields)}, each number up to the last expected")
    single = tuple(_field(fields[number]) for number in sorted(fields)[1:] if PER_LEVEL not in fields[number])
    per_level = tuple(_field(fields[number]) for number in sorted(fields)[len(single) + 1 :])
    if sum(PER_LEVEL in text for text in fields.values()) != len(per_level) or not per_level:
        raise ValueError("fields of levels and single ones are mixed")
    period = facts.get("Data average time(min)")
    no_data = facts.get("No data")
    return Header(
        line=first_line,
        facts=facts,
        single=single,
        per_level=per_level,
        levels_m=_levels(facts),
        dialect=_dialect(facts),
        no_data=float(no_data) if no_data else None,
        averaging_period=np.timedelta64(int(period) * 60, "s") if period else None,
    )


def _levels(facts: dict[str, str]) -> tuple[float, ...]:
    count = int(facts["Number of levels"])
    lowest, highest, step = (float(facts[key]) for key in ("Lowest level(LL m)", "Highest level(HL m)", "Interval(m)"))
    if not 1 <= count <= MOST_LEVELS or lowest + step * (count - 1) != highest or not math.isfinite(highest):
        raise ValueError(f"{count} levels don't reach from {lowest:g} to {highest:g} m in steps of {step:g} m")
    return tuple(lowest + step * number for number in range(count))


def _dialect(facts: dict[str, str]) -> Dialect:
    decimal, separator = (chr(int(facts[f"ASCIICode.{key}"])) for key in ("Decimal", "Data field separator"))
    if decimal not in DECIMALS or separator not in SEPARATORS or decimal == separator:
        raise ValueError(f"'{decimal}' before decimals and '{separator}' between fields")
    return Dialect(separator, decimal)


def _field(text: str) -> Field:
    described, _, sensor = text.replace(PER_LEVEL, "").strip().partition("=")
    if bare := BARE_UNIT.search(described):
        return Field(described[: bare.start()], bare[1], 1, sensor != ABSENT)
    unit = UNIT.search(described)
    name = described[: unit.start()] if unit else described
    times = float(unit[2] or 1) if unit else 1
    if not times:
        raise ValueError(f"'{text}' multiplies with 0")
    return Field(name.strip(), unit[1] if unit else "", times, sensor != ABSENT)


def _column_name(field: Field, height_m: float | None) -> str:
    return field.name if height_m is None else f"{height_m:g}m {field.name}"


def describe(headers: Sequence[Header]) -> dict[str, object]:
    """What the file says of itself: each header that differs from those before, the orientation, and the heights."""
    different: dict[tuple[object, ...], Header] = {}
    for header in headers:
        different.setdefault((*header.facts.items(), header.single, header.per_level), header)
    return {
        "headers": [
            {
                "line": header.line,
                "facts": header.facts,
                "absent": [field.name for field in (*header.single, *header.per_level) if not field.is_there],
            }
            for header in different.values()
        ],
        "device_orientation_deg": number(headers[-1].facts.get(ORIENTATION)),
        "settings": _settings(headers[-1]),
    }


def _settings(header: Header) -> list[Setting]:
    by_height: dict[float, list[str]] = {}
    for field, height in header.fields.values():
        if height is not None and field.is_there:
            by_height.setdefault(height, []).append(_column_name(field, height))
    return [setting(names, height_m=height) for height, names in by_height.items()]
