"""AXYS buoy CSVs: one file an instrument and day, a line of names that begins with `DataTimeStamp`, ISO stamps.

Neither the zone nor which side of the averaging period the stamps mark is stated, nor the buoy. Blank and NaN are
recorded as missing; so are a current's speed of 46340 mm/s and its direction, which is what -32768 in both of its
components, a current profiler's own word for no data, comes to.
What instrument a file is of stands in its name alone (`buoy.z05.00.20201201.000000.wind_port.csv`), and is the table's
name where the file's name is known. Otherwise the table is named by its columns, so that two instruments that measure
the same stay apart, and files of the anemometers, of which a buoy has two with the same columns, are refused.

Checked against the ten files of a day of a real buoy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from loaders.formats import blocks, cells, cutting, grid, stamps
from loaders.formats.cells import Cells
from loaders.formats.delimited import fields
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile
from loaders.formats.grid import Dialect, Grid
from loaders.formats.settings import units
from loaders.formats.text import decode_lines

NAME = "axys"
VERIFIED = True
GROWS = False
STAMP = "DataTimeStamp"
HEADER = re.compile(rf'^"?{STAMP}"?,', re.MULTILINE)
FILE_NAME = re.compile(r"buoy\.[^/\\]*\.([A-Za-z]\w*)\.csv$", re.IGNORECASE | re.ASCII)
ANEMOMETER = ("Horizontal Speed (m/s)", "Horizontal Direction (deg)")
NAMED = 2  # columns in the name of a table
UNIT = re.compile(r" ?\(([^()]*)\)$")
CURRENT = re.compile(r"(Vel|Dir)(\d+) \(")
NO_CURRENT_MM_S = 46340.0  # the root of 2 times 32768, its decimals cut
MISSING = cells.spellings(("NAN", ""))
DEMAND = "load the file as the buoy sent it"


def matches(head: bytes) -> bool:
    """Whether the first name is that of the stamps."""
    return decode_lines(head).lstrip('"').startswith((f"{STAMP},", f'{STAMP}",'))


@dataclass(frozen=True, slots=True)
class OfFile:
    """The format of a file whose name is known."""

    file_name: str

    @property
    def NAME(self) -> str:  # noqa: N802 - as the module has it
        """As the module has it."""
        return NAME

    @property
    def VERIFIED(self) -> bool:  # noqa: N802 - as the module has it
        """As the module has it."""
        return VERIFIED

    @property
    def GROWS(self) -> bool:  # noqa: N802 - as the module has it
        """As the module has it."""
        return GROWS

    def matches(self, head: bytes) -> bool:
        """As the module has it."""
        return matches(head)

    def parse(self, content: bytes) -> LoggerFile:
        """Read one file of the instrument that its name says."""
        return parse(content, self.file_name)

    def parse_with(self, content: bytes, hearing: Hearing) -> LoggerFile:
        """As the module has it."""
        return parse_with(content, hearing, self.file_name)

    def cut(self, content: bytes) -> Cut | None:
        """As the module has it."""
        return cut(content)


def of_file(file_name: str) -> OfFile:
    """The format of a file of this name."""
    return OfFile(file_name)


def parse(content: bytes, file_name: str = "") -> LoggerFile:
    """Read one file, or several that were appended to each other; lines and cells that can't be read go to `rejected`.

    Raises FormatError where the names can't be read, and where only the file's name could tell the instrument.
    """
    return parse_with(content, Hearing(), file_name)


def parse_with(content: bytes, hearing: Hearing, file_name: str = "") -> LoggerFile:
    """The same of a piece, with what others of its file tell."""
    return blocks.read(decode_lines(content), HEADER, partial(read_one, file_name=file_name), hearing)


def cut(content: bytes) -> Cut | None:
    """Where a large file can be cut."""
    return cutting.written_once(content, lambda _: 1, HEADER)


def read_one(text: str, hearing: Hearing, file_name: str) -> LoggerFile:
    """The names, and the rows under them."""
    first, _, body = text.partition("\n")
    names = read_names(first)
    table_name = instrument(names, file_name)
    width = len(names) + 1
    read = grid.read(
        body.encode(),
        2,
        width,
        Dialect(","),
        stamp=0,
        readings=range(1, width),
        missing=MISSING,
    )
    columns = {position: column(name) for position, name in enumerate(names, 1)}
    read = grid.without_texts(read, [position for position in columns if not columns[position].unit], hearing)
    read = without_no_current(read, names)
    times = stamps.read_iso(read.stamps)
    tables, rejected = grid.to_table(read, times, columns, stamps.EXPECTED, name=table_name)
    return LoggerFile(
        format=NAME,
        logger=None,
        tables=tables,
        rejected=rejected,
        header={"names": list(names), "table": table_name, "settings": units(columns[at] for at in read.columns)},
        created=None,
        utc_offset=None,
        timestamp_is_end_of_period=None,
    )


def read_names(line: str) -> tuple[str, ...]:
    """The names behind that of the stamps."""
    names = grid.named(fields(line) or [])
    if not names or names[0] != STAMP:
        raise FormatError(f"'{line[:40]}' found, names that begin with '{STAMP}' expected", "line 1", DEMAND)
    if "" in names:
        raise FormatError(f"column {names.index('') + 1} has no name", "line 1", DEMAND)
    return grid.unique(names[1:])


def instrument(names: Sequence[str], file_name: str) -> str:
    """The table's name: what the file's name says, else the columns."""
    if found := FILE_NAME.search(file_name):
        return found[1]
    if tuple(names) == ANEMOMETER:
        raise FormatError(
            "a buoy's wind: port and starboard have the same columns, and the file's name doesn't say which this is",
            "line 1",
            "load the file under the name that the buoy gave it, which ends with wind_port.csv or wind_stbd.csv",
        )
    others = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + others


def column(name: str) -> Column:
    """A column with the unit that its name tells."""
    unit = UNIT.search(name)
    return Column(name, unit[1] if unit else "", None)


def without_no_current(read: Grid, names: Sequence[str]) -> Grid:
    """The grid with NaN for speed and direction of a current that was not measured."""
    found = [(CURRENT.match(name), position) for position, name in enumerate(names, 1)]
    bins: dict[str, dict[str, int]] = {}
    for match, position in found:
        if match and position in read.columns:
            bins.setdefault(match[2], {})[match[1]] = position
    columns = dict(read.columns)
    for positions in bins.values():
        if "Vel" not in positions:
            continue
        missing = read.columns[positions["Vel"]].values == NO_CURRENT_MM_S
        for position in positions.values():
            cell = read.columns[position]
            columns[position] = Cells(np.where(missing, np.nan, cell.values), cell.unreadable)
    return replace(read, columns=columns)
