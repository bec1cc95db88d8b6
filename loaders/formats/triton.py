"""Vaisala (SecondWind) Triton CSV: a title, the serial number, names, units, then rows.

Exports by a European computer have semicolons and decimal commas, others commas and points. Which of day and month
comes first isn't stated: dates with slashes are read where the rows themselves tell it. Neither the zone is stated nor
which side of the averaging period the stamps mark (day files from 00:00 to 23:50 suggest the beginning). An empty cell
is recorded as missing. Separators that end a line are a spreadsheet's padding.

Checked against a European export of a real instrument; exports with commas and points are unverified.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import re
from collections.abc import Sequence
from dataclasses import dataclass

from loaders.formats import blocks, cells, cutting, dates, grid
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile
from loaders.formats.grid import Dialect
from loaders.formats.settings import Setting, setting
from loaders.formats.text import decode_lines

NAME = "triton"
VERIFIED = True
GROWS = False
SIGNATURE = "Triton Wind Speed Data"
TITLE = re.compile(rf'^"?{SIGNATURE}', re.MULTILINE)
STAMP = "Date and Time"
NAMES = re.compile(rf'[" ]*{STAMP}[" ]*([;,\t])')
LONGEST_HEADER = 50  # lines until that of the names
SERIAL = re.compile(r"Logger Serial Number: *([^;,\t]+)")
HEIGHT = re.compile(r"(?:^|Station Height )(\d+(?:\.\d+)?) ?m\b", re.ASCII)
NO_UNIT = ("<no units specified>", "<intentionally blank>")
STATISTICS = (("Quality", "quality"), ("Wind Turbulence", "ti"))  # by a word in the name; the first that is found
MISSING = cells.spellings(("NAN", ""))
DEMAND = "export the file again"


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above the rows: facts as the file has them, and names and units of the columns after the stamps'."""

    facts: tuple[str, ...]
    names: tuple[str, ...]
    units: tuple[str, ...]
    separator: str
    first_line: int


def matches(head: bytes) -> bool:
    """Whether the first line begins with the title."""
    return decode_lines(head).lstrip('"').startswith(SIGNATURE)


def parse(content: bytes) -> LoggerFile:
    """Read one file, or several that were appended to each other; lines and cells that can't be read go to `rejected`.

    Raises FormatError where a header can't be read, and where day and month can't be told apart.
    """
    return parse_with(content, Hearing())


def parse_with(content: bytes, hearing: Hearing) -> LoggerFile:
    """The same of a piece, with what others of its file tell."""
    return blocks.read(decode_lines(content), TITLE, read_one, hearing)


def cut(content: bytes) -> Cut | None:
    """Where a large export can be cut."""
    return cutting.written_once(content, _above_rows, TITLE)


def _above_rows(lines: Sequence[str]) -> int | None:
    at = _names_at(lines)
    return None if at is None else at + 2


def _names_at(lines: Sequence[str]) -> int | None:
    return next((at for at, line in enumerate(lines[:LONGEST_HEADER]) if line.lstrip('" ').startswith(STAMP)), None)


def read_one(text: str, hearing: Hearing) -> LoggerFile:
    """One header, and the rows under it."""
    lines = text.split("\n")
    header = _read_header(lines)
    blocks.refuse_another(lines[header.first_line - 1 :], header.first_line, NAMES)
    body = "\n".join(lines[header.first_line - 1 :]).encode()
    dialect = Dialect(header.separator, grid.decimal_mark(body, header.separator, hearing))
    width = len(header.names) + 1
    read = grid.read(
        body,
        header.first_line,
        width,
        dialect,
        stamp=0,
        readings=range(1, width),
        missing=MISSING,
    )
    stamps = dates.read(read.stamps, read.rows.lines, hearing)
    columns = {
        position: Column(name, unit, _statistic(name))
        for position, (name, unit) in enumerate(zip(header.names, header.units, strict=True), 1)
    }
    tables, rejected = grid.to_table(read, stamps.times, columns, dates.EXPECTED)
    serial = next((found for fact in header.facts if (found := SERIAL.search(fact))), None)
    return LoggerFile(
        format=NAME,
        logger=serial[1].strip() if serial else None,
        tables=tables,
        rejected=rejected,
        header={
            "facts": list(header.facts),
            "names": list(header.names),
            "units": list(header.units),
            "settings": _settings(header),
        },
        created=None,
        utc_offset=stamps.utc_offset,
        timestamp_is_end_of_period=None,
        is_unverified=(dialect.decimal == "." and not read.is_empty) or header.separator == ",",
    )


def _read_header(lines: Sequence[str]) -> Header:
    at = _names_at(lines)
    if at is None or at + 1 >= len(lines):
        raise FormatError(
            f"no line of names that begins with '{STAMP}' and is followed by one of units",
            f"line {min(len(lines), LONGEST_HEADER) if at is None else at + 1}",
            DEMAND,
        )
    found = NAMES.match(lines[at])
    if found is None:
        raise FormatError(
            f"'{lines[at][:40]}' found, a semicolon, comma or tab after '{STAMP}' expected", f"line {at + 1}", DEMAND
        )
    separator = found[1]
    names, units = (grid.named(line.split(separator)) for line in lines[at : at + 2])
    if "" in names:
        raise FormatError(f"column {names.index('') + 1} has no name", f"line {at + 1}", DEMAND)
    if len(units) < len(names) or any(units[len(names) :]):
        raise FormatError(
            f"{len(names)} columns in the line of names, {len(units)} in the line of units", f"line {at + 2}", DEMAND
        )
    units = ["" if unit.lower() in NO_UNIT else unit for unit in units]
    facts = tuple(line.rstrip(separator).strip('" ') for line in lines[:at])
    return Header(facts, grid.unique(names[1:]), tuple(units[1 : len(names)]), separator, at + 3)


def _statistic(name: str) -> str | None:
    return next((statistic for word, statistic in STATISTICS if word in name), None)


def _settings(header: Header) -> list[Setting]:
    by_height: dict[float, list[str]] = {}
    for name in header.names:
        if found := HEIGHT.search(name):
            by_height.setdefault(float(found[1]), []).append(name)
    return [setting(names, height_m=height) for height, names in by_height.items()]
