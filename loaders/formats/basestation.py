"""NRG BaseStation: what the American Data Retriever (DR) wrote from the DataPlug of an old NRG logger.

Comma-separated text with bare CR: `key,value` lines, a block a channel, hex rows of the plug, names of columns, rows.
The program is American, reckons in mph and feet, and wrote dates as American PCs do, month first (`12/1/05 16:40`):
the format settles the order, and a file whose stamps prove another one is refused. What they mark and their zone (the
header has a 0 that no one set) stand nowhere: metadata decides. Heights are feet where the header says English.
A blank cell is recorded as missing; no other word for it is known.

Checked against one real file, read by another library; its December runs to the 31st and on into January.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from loaders.formats import blocks, cutting, dates, grid, nrg
from loaders.formats.delimited import fields
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile, Undecided
from loaders.formats.grid import Dialect, Grid
from loaders.formats.nrg import Block
from loaders.formats.settings import Setting
from loaders.formats.text import decode_lines

NAME = "nrg_basestation"
VERIFIED = True
GROWS = False
SIGNATURE = re.compile(r"Read by,\s*DR Version\b")
HEADER = re.compile(rf"^{SIGNATURE.pattern}", re.MULTILINE)
NAMES = re.compile(r"^Time Stamp,", re.MULTILINE)
CHANNEL = re.compile(r"\[Channel ?(\d+)\]")
MISSING = ("",)
EXPECTED = "M/D/YY h:mm"
RAW_HEADER = "Raw Header"
UNIT_OF_LENGTH = {"english": "ft", "metric": "m"}

QUANTITIES = {"speed": ("1", "2", "3"), "direction": ("4",), "temperature": ("6",)}  # and the types of their sensors
STATISTICS = {"standard deviation": "sd", "average": "avg", "maximum": "max", "minimum": "min", "gust": "gust"}


def matches(head: bytes) -> bool:
    """Whether the first line names the program."""
    return SIGNATURE.match(decode_lines(head)) is not None


def parse(content: bytes) -> LoggerFile:
    """Read one export, or several that were appended to each other. What can't be read goes to `rejected`.

    Raises FormatError where a line of names is missing, and where the stamps prove another order than month first.
    """
    return parse_with(content, Hearing())


def parse_with(content: bytes, hearing: Hearing) -> LoggerFile:
    """The same of a piece, with what others of its file tell."""
    return blocks.read(decode_lines(content), HEADER, read_one, hearing)


def cut(content: bytes) -> Cut | None:
    """Where a large export can be cut."""
    return cutting.written_once(content, _above_rows, HEADER)


def _above_rows(lines: Sequence[str]) -> int | None:
    return next((at + 1 for at, line in enumerate(lines) if NAMES.match(line)), None)


def read_one(text: str, hearing: Hearing) -> LoggerFile:
    """One header, and the rows under it."""
    found = NAMES.search(text)
    if found is None or not SIGNATURE.match(text):
        what = "no line of names 'Time Stamp,...' follows the header" if SIGNATURE.match(text) else "no header found"
        raise FormatError(what, f"line {text.count(chr(10)) + 1}", "export the file again: it was cut off")
    line = text.count("\n", 0, found.start()) + 1
    header, channels = read_header(text[: found.start()].split("\n"))
    names_text, _, rows = text[found.start() :].partition("\n")
    blocks.refuse_another(rows.split("\n"), line + 1, NAMES)
    names = grid.unique(grid.named(fields(names_text) or names_text.split(",")))
    columns = {position: column_of(name, channels) for position, name in enumerate(names) if position and name}
    read = grid.read(
        rows.encode(), line + 1, len(names), Dialect(","), stamp=0, readings=list(columns), missing=MISSING
    )
    tables, rejected = grid.to_table(read, month_first(read, hearing), columns, EXPECTED)
    return LoggerFile(
        format=NAME,
        logger=header.get("Logger Serial Number") or None,
        tables=tables,
        rejected=rejected,
        header={**header, "channels": channels, "settings": settings(header, channels, columns)},
        created=created(header),
        utc_offset=None,
        timestamp_is_end_of_period=None,
    )


def read_header(lines: list[str]) -> tuple[Block, dict[str, Block]]:
    """The keys of the site and the logger, and those of each channel; of the plug's hex rows nothing is kept."""
    header: Block = {}
    channels: dict[str, Block] = {}
    here = header
    for line in lines:
        key, *values = [cell.strip() for cell in fields(line) or line.split(",")] or [""]
        if channel := CHANNEL.fullmatch(key):
            here = channels.setdefault(str(int(channel[1])), {})
        elif key.startswith(RAW_HEADER):
            break
        elif key:
            here.setdefault(key, ",".join(values).rstrip(","))  # `Read by,DR Version 10,1/10/06 10:07` has two values
    return header, channels


def month_first(read: Grid, hearing: Hearing) -> NDArray[np.datetime64]:
    """The stamps; raises FormatError where they prove that the day comes first."""
    stamps = dates.take_apart(read.stamps, short_years=True)
    times, otherwise = (dates.to_times(stamps, order) for order in (dates.MONTH_FIRST, dates.DAY_FIRST))
    if hearing.together(dates.votes(stamps)).way == 0 and not np.array_equal(times, otherwise, equal_nan=True):
        raise Undecided(
            f"the dates are written day, month ('{str(read.stamps[0])[:40]}'), month, day expected of this program",
            f"line {read.rows.lines[0]}",
            "export the file again on a PC with American dates",
        )
    return times


def column_of(name: str, channels: Mapping[str, Block]) -> Column:
    """A column with the statistic that its name tells, and the unit of the channels that measure its quantity."""
    statistic = next((word for words, word in STATISTICS.items() if words in name.lower()), None)
    units = {channels[channel].get("Units", "") for channel in channels_of(name, channels)}
    return Column(name, units.pop() if len(units) == 1 else "", statistic)


def channels_of(name: str, channels: Mapping[str, Block]) -> list[str]:
    """The channels whose sensors measure what the column's name tells."""
    types = next((types for word, types in QUANTITIES.items() if word in name.lower()), ())
    return [channel for channel, block in channels.items() if block.get("Sensor Type") in types]


def settings(header: Block, channels: Mapping[str, Block], columns: Mapping[int, Column]) -> list[Setting]:
    """What the header says of each channel; where two measure the same, which column is whose isn't told."""
    unit = UNIT_OF_LENGTH.get(header.get("Units", "").lower(), "")
    told = []
    for channel, block in channels.items():
        own = [column.name for column in columns.values() if channels_of(column.name, channels) == [channel]]
        told.append(
            nrg.setting_of(
                block | {"Serial Number": block.get("S/N", "")},
                own,
                height_m=nrg.metres(f"{block.get('Height', '')}{unit}"),
            )
        )
    return told


def created(header: Block) -> datetime | None:
    """When the plug was read. By which clock isn't said; it only orders the exports of one logger."""
    stamp = header.get("Read by", "").rpartition(",")[2]
    stamps = dates.take_apart(pa.chunked_array([[stamp]], pa.string()), short_years=True)
    time = dates.to_times(stamps, dates.MONTH_FIRST)[0]
    return None if np.isnat(time) else time.item().replace(tzinfo=UTC)
