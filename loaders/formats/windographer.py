"""Windographer's text export, in which teams inherit data: facts, flags, which side the stamps mark, names, rows.

The text states which side of the time step the stamps mark, and the zone only where each stamp has it. Stamps have the
year first, or the parts in the order of the exporting computer's locale, which the rows themselves must tell. The
decimal mark is that of the latitude in the header. Names may end with the unit in brackets.

Missing are empty cells, NaN and words like it, and the number that the exporting person chose for what a flag excludes,
which the file doesn't name: usually 9999. That, -9999 or -999 is missing in a column unless the column has other values
of that size (within a tenth), as a counter has; there it is a number. No other number that contains 9999 is touched.

A flagging log, Windographer's other text, is recognised and refused, since it holds no readings.

Checked against an export of real data with zones at its stamps; exports with bracketed units, decimal commas, the year
first and replaced values are unverified.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loaders.formats import blocks, cells, cutting, dates, grid
from loaders.formats.cells import Cells
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile
from loaders.formats.grid import Dialect
from loaders.formats.settings import units
from loaders.formats.text import decode_lines

NAME = "windographer"
VERIFIED = True
GROWS = False
CREATED = re.compile(r"Created\b[ \t]*+(.*?)\bby (Windographer\b.*)")
HEADER = re.compile(r"^Created\b[^\n]*\bby Windographer\b", re.MULTILINE)
FLAGGING_LOG = re.compile(r"Data Column\tFlag Name\b")
STAMP = re.compile(r"Date/Time[^\t;,]*([\t;,])", re.IGNORECASE)
LONGEST_HEADER = 200  # lines until that of the names
FACT = re.compile(r"([^=:]++)[=:](.*)")
SIDE = re.compile(r"time ?stamps? indicates? the (beginning|start|end)\b", re.IGNORECASE)
UNIT = re.compile(r"(.*\S)\s*\[([^\[\]]*)\]")
STATISTICS = {
    "avg": "avg",
    "mean": "avg",
    "sd": "sd",
    "std": "sd",
    "max": "max",
    "min": "min",
    "gust": "gust",
    "ti": "ti",
}
ENDING = re.compile(r"(?:(?<=[ _])(?i:avg|mean|sd|std|max|min|gust|ti)|(?<=[a-z0-9A-Z])(?:Avg|Mean|SD|Std|Max|Min))$")
MISSING = cells.spellings(("NAN", "NA", "N/A", "#N/A", "NULL", "NONE", "MISSING", "-", "--", ""))
REPLACED = (9999.0, -9999.0, -999.0)
LIKE_IT = 0.1  # so near to such a number another value shows that the column holds values of its size
DEMAND = "export the file again from Windographer"


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above the rows; `names` are those of the columns after the stamps'."""

    facts: dict[str, str]
    text: tuple[str, ...]
    names: tuple[str, ...]
    separator: str
    decimal: str
    first_line: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of the numbers that may stand for excluded values: where they come, and where others of their size do.

    Each with the column's position. A number stands for excluded values in a column that has no other of its size.
    """

    come: frozenset[tuple[int, float]]
    have_like_it: frozenset[tuple[int, float]]

    @classmethod
    def of(cls, columns: Mapping[int, Cells]) -> Sizes:
        """What these cells show."""
        come, have_like_it = set(), set()
        for at, column in columns.items():
            for number in REPLACED:
                is_it = column.values == number
                is_like_it = ~is_it & (np.abs(column.values - number) <= abs(number) * LIKE_IT)  # NaN compares as false
                if is_it.any():
                    come.add((at, number))
                if is_like_it.any():
                    have_like_it.add((at, number))
        return cls(frozenset(come), frozenset(have_like_it))

    def __add__(self, later: Sizes) -> Sizes:
        return Sizes(self.come | later.come, self.have_like_it | later.have_like_it)

    def excluded(self, position: int) -> list[float]:
        """The numbers that stand for excluded values in a column."""
        return [number for at, number in self.come - self.have_like_it if at == position]


def matches(head: bytes) -> bool:
    """Whether it begins as the text export or the flagging log does."""
    text = decode_lines(head).lstrip("\n")
    return CREATED.match(text.partition("\n")[0]) is not None or FLAGGING_LOG.match(text) is not None


def parse(content: bytes) -> LoggerFile:
    """Read one export, or several that were appended to each other; what can't be read goes to `rejected`.

    Stamps with different zones are put on the clock of the first. Raises FormatError for a flagging log, where the
    header can't be read, and where day and month can't be told apart.
    """
    return parse_with(content, Hearing())


def parse_with(content: bytes, hearing: Hearing) -> LoggerFile:
    """The same of a piece, with what others of its file tell."""
    text = decode_lines(content)
    if FLAGGING_LOG.match(text.lstrip("\n")):
        raise FormatError(
            "a flagging log of Windographer, which holds flags and no readings",
            "line 1",
            "set its flags with `stationmanager flag import`",
        )
    return blocks.read(text, HEADER, read_one, hearing)


def cut(content: bytes) -> Cut | None:
    """Where a large export can be cut."""
    return cutting.written_once(content, _above_rows, HEADER)


def _above_rows(lines: Sequence[str]) -> int | None:
    return next((at + 1 for at, line in enumerate(lines[:LONGEST_HEADER]) if STAMP.match(line)), None)


def read_one(text: str, hearing: Hearing) -> LoggerFile:
    """One header, and the rows under it."""
    lines = text.split("\n")
    header = _read_header(lines)
    blocks.refuse_another(lines[header.first_line - 1 :], header.first_line, STAMP)
    width = len(header.names) + 1
    body = "\n".join(lines[header.first_line - 1 :]).encode()
    read = grid.read(
        body,
        header.first_line,
        width,
        Dialect(header.separator, header.decimal),
        stamp=0,
        readings=range(1, width),
        missing=MISSING,
    )
    sizes = hearing.together(Sizes.of(read.columns))
    cleared = {position: _without(column, sizes.excluded(position)) for position, column in read.columns.items()}
    is_replaced = any(np.isnan(cleared[at].values).sum() > np.isnan(read.columns[at].values).sum() for at in cleared)
    read = replace(read, columns=cleared)
    stamps = dates.read(read.stamps, read.rows.lines, hearing)
    columns = _columns(header.names)
    tables, rejected = grid.to_table(read, stamps.times, columns, dates.EXPECTED)
    return LoggerFile(
        format=NAME,
        logger=None,
        tables=tables,
        rejected=rejected,
        header={
            "facts": header.facts,
            "text": list(header.text),
            "names": list(header.names),
            "settings": units(columns.values()),
        },
        created=_created(header.facts.get("Created", "")),
        utc_offset=stamps.utc_offset,
        timestamp_is_end_of_period=_is_end(header.text),
        is_unverified=is_replaced or _is_unverified(header, read),
    )


def _is_unverified(header: Header, read: grid.Grid) -> bool:
    """The real export has decimal points, no units in brackets, and the year last."""
    has_units = any(UNIT.fullmatch(name) for name in header.names)
    year_first = pc.any(pc.match_substring_regex(read.stamps, r"^\s*\d{4}")).as_py()
    return header.decimal == "," or has_units or bool(year_first)


def _read_header(lines: Sequence[str]) -> Header:
    at, found = next(
        ((at, found) for at, line in enumerate(lines[:LONGEST_HEADER]) if (found := STAMP.match(line))), (0, None)
    )
    if found is None:
        raise FormatError(
            "no line of names that begins with 'Date/Time'", f"line {min(len(lines), LONGEST_HEADER)}", DEMAND
        )
    separator = found[1]
    names = grid.named(lines[at].split(separator))  # some versions end the line with a separator
    if "" in names or len(names) == 1:
        missing = f"column {names.index('') + 1} has no name" if "" in names else "no column but 'Date/Time' is named"
        raise FormatError(missing, f"line {at + 1}", DEMAND)
    text = tuple(line.strip() for line in lines[:at] if line.strip())
    facts = _read_facts(text)
    comma = separator != "," and re.search(r"\d,\d", facts.get("Latitude", "") + " " + facts.get("Longitude", ""))
    return Header(facts, text, grid.unique(names[1:]), separator, "," if comma else ".", at + 2)


def _read_facts(text: Sequence[str]) -> dict[str, str]:
    facts = {}
    for line in text:
        if found := CREATED.match(line):
            facts["Created"], facts["Program"] = found[1].rstrip(), found[2]
        elif found := FACT.fullmatch(line):
            facts[found[1].rstrip()] = found[2].lstrip()
    return facts


def _columns(names: Sequence[str]) -> dict[int, Column]:
    """The unit is parted from the name, unless two names differ by it alone."""
    parted = [UNIT.fullmatch(name) for name in names]
    bare = [found[1] if found else name for found, name in zip(parted, names, strict=True)]
    return {
        position: Column(
            short if bare.count(short) == 1 else name,
            found[2] if found else "",
            _statistic(short),
        )
        for position, (name, short, found) in enumerate(zip(names, bare, parted, strict=True), 1)
    }


def _statistic(name: str) -> str | None:
    found = ENDING.search(name)
    return STATISTICS[found[0].lower()] if found else None


def _without(column: Cells, excluded: Sequence[float]) -> Cells:
    """NaN for the numbers that stand for excluded values."""
    values = column.values.copy()
    values[np.isin(values, excluded)] = np.nan
    return Cells(values, column.unreadable)


def _created(text: str) -> datetime | None:
    """When it was written, if the date can be read in one way only."""
    stamps = dates.take_apart(pa.chunked_array([[text]], pa.string()))
    order = dates.settle(stamps)
    times = dates.to_times(stamps, order) if order else np.array(["NaT"], dtype="datetime64[us]")
    created: datetime | None = times[0].item()
    return created


def _is_end(text: Sequence[str]) -> bool | None:
    found = next((found for line in text if (found := SIDE.search(line))), None)
    return found[1].lower() == "end" if found else None
