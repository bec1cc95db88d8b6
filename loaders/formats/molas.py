"""Movelaser Molas lidar text (B300 and the like): facts as a WindCube writes them, Chinese names, tab-separated rows.

Facts are UTF-8, names and rows GBK, in one file, so each line is decoded by itself. Date and time are two columns. Then
follow longitude and latitude in degrees, minutes and seconds, which are text, housekeeping, and ten columns for each
altitude. Columns have the file's own names. Blank and NaN are taken for missing. Neither the zone nor which side of the
averaging period a stamp marks is known.

Unverified: written from a description of others' parsers; there was no file to be checked against.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from loaders.formats import blocks, cells, cutting, dates, grid
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile
from loaders.formats.grid import Dialect
from loaders.formats.settings import Setting, setting
from loaders.formats.text import UTF16_MARKS, decode_lines

NAME = "molas"
VERIFIED = False
GROWS = False
WIND_SPEED = "水平风速"
ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
FACT = "ID System"
HEADER = re.compile(rf"\ufeff?{FACT}=|.*{WIND_SPEED}")
PLACES = (2, 3)  # columns of longitude and latitude
HOUSEKEEPING = 10
PER_ALTITUDE = 10
LONGEST_HEADER = 100  # lines until that of the names
STATISTICS = (("可靠性", "availability"), ("偏差", "sd"), ("最小", "min"), ("最大", "max"))
AVERAGED = ("风速", "风向", "信噪比")
UNIT = re.compile(r"[(\uff08\[]([^()\uff08\uff09\[\]]*)[)\uff09\]]$")
ALTITUDE = re.compile(r"(\d+(?:\.\d+)?) ?m", re.ASCII)
DAYS = re.compile(r"^(\d{4})(\d\d)(\d\d) ", re.ASCII)
MISSING = cells.spellings(("NAN", ""))
DEMAND = "load the file as the lidar wrote it"


def matches(head: bytes) -> bool:
    """Whether the lidar's facts stand there, and the Chinese word for wind speed in either encoding."""
    return all(any(word.encode(encoding) in head for encoding in ENCODINGS) for word in (FACT, WIND_SPEED))


def parse(content: bytes) -> LoggerFile:
    """Read one file; lines and cells that can't be read go to `rejected`.

    Raises FormatError where there is no line of names, or it hasn't ten columns for each altitude, and where another
    header stands among the rows.
    """
    return parse_with(content, Hearing())


def parse_with(content: bytes, hearing: Hearing) -> LoggerFile:
    """The same of a piece, with what others of its file tell."""
    lines = decode(content)
    at = _names_at(lines)
    if at is None:
        raise FormatError(f"no line of names with '{WIND_SPEED}'", f"line {min(len(lines), LONGEST_HEADER)}", DEMAND)
    facts = read_facts(lines[:at])
    names = grid.named(lines[at].split("\t"))
    check(names, facts, at + 1)
    blocks.refuse_another(lines[at + 1 :], at + 2, HEADER)
    unique = grid.unique(names)
    # without the first tab, date and time are one column
    body = "\n".join(DAYS.sub(r"\1-\2-\3 ", line.replace("\t", " ", 1)) for line in lines[at + 1 :])
    columns = {position - 1: column(unique[position]) for position in range(2, len(unique)) if position not in PLACES}
    width = len(unique) - 1
    read = grid.read(
        body.encode(),
        at + 2,
        width,
        Dialect("\t"),
        stamp=0,
        readings=list(columns),
        missing=MISSING,
    )
    stamps = dates.read(read.stamps, read.rows.lines, hearing)
    tables, rejected = grid.to_table(read, stamps.times, columns, dates.EXPECTED)
    return LoggerFile(
        format=NAME,
        logger=facts.get(FACT) or None,
        tables=tables,
        rejected=rejected,
        header={"facts": facts, "names": list(unique), "settings": settings(unique)},
        created=None,
        utc_offset=stamps.utc_offset,
        timestamp_is_end_of_period=None,
    )


def cut(content: bytes) -> Cut | None:
    """Where a large file can be cut."""
    at = _names_at(decode(content[: cutting.HEADER_BYTES]))  # its own way to decode
    return None if at is None else cutting.written_once(content, lambda _: at + 1)


def _names_at(lines: Sequence[str]) -> int | None:
    return next((at for at, line in enumerate(lines[:LONGEST_HEADER]) if WIND_SPEED in line and "\t" in line), None)


def decode(content: bytes) -> list[str]:
    """The lines, each decoded by itself; never fails."""
    if content.startswith(UTF16_MARKS):
        return decode_lines(content).split("\n")
    unified = content.removeprefix(b"\xef\xbb\xbf")
    unified = unified.replace(b"\r\r\n", b"\r\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return [_decode_line(line).replace("\x00", "\ufffd") for line in unified.split(b"\n")]


def _decode_line(line: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")


def read_facts(lines: Sequence[str]) -> dict[str, str]:
    """What stands above the names."""
    facts: dict[str, str] = {}
    for line in lines:
        key, is_fact, value = line.partition("=")
        if is_fact and key.strip():
            facts.setdefault(key.strip(), value.strip())
    return facts


def check(names: Sequence[str], facts: dict[str, str], line: int) -> None:
    """Raise FormatError where the names don't fit the altitudes."""
    altitudes = (len(names) - HOUSEKEEPING) / PER_ALTITUDE
    listed = next((value.split() for key, value in facts.items() if key.startswith("Altitudes")), None)
    if "" in names:
        raise FormatError(f"column {names.index('') + 1} has no name", f"line {line}", DEMAND)
    if altitudes < 1 or not altitudes.is_integer() or (listed is not None and len(listed) != altitudes):
        expected = f"{PER_ALTITUDE} for each altitude"
        said = "" if listed is None else f", {len(listed)} altitudes in the header"
        raise FormatError(f"{len(names)} columns, {HOUSEKEEPING} and {expected} expected{said}", f"line {line}", DEMAND)


def column(name: str) -> Column:
    """A column with the unit and statistic that its name tells."""
    unit = UNIT.search(name)
    statistic = next((word for said, word in STATISTICS if said in name), None)
    if statistic is None and any(quantity in name for quantity in AVERAGED):
        statistic = "avg"
    return Column(name, unit[1] if unit else "", statistic)


def settings(names: Sequence[str]) -> list[Setting]:
    """The height of each altitude's columns, as their names have it."""
    by_height: dict[float, list[str]] = {}
    for name in names[HOUSEKEEPING:]:
        if found := ALTITUDE.match(name):
            by_height.setdefault(float(found[1]), []).append(name)
    return [setting(own, height_m=height) for height, own in by_height.items()]
