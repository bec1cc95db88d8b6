"""NRG SymphoniePRO text: what NRG's cloud and desktop program write from a logger's encrypted .rld files.

A header of sections, the line `Data`, tab-separated rows. Stamps are the logger's local standard time, of which the
header's `Time Zone` gives the offset. Whether they mark the beginning stands nowhere in the file: metadata decides.
It is the beginning: a logger in the samples computes the sun's height, and it is that of the half minute after a stamp.
A blank cell and NaN are recorded as missing; 9999 only where the header says that filters were applied.
A channel that was configured anew has a block for each date from which it held. An anemometer at rest logs its offset.

Checked against files of two loggers by the cloud's export, read by another library, and against the sun. Unverified:
the desktop program's title and line ends, and what a filtered cell looks like.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from loaders.formats import cells, cutting, dates, grid, nrg, stamps
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile
from loaders.formats.grid import Dialect
from loaders.formats.nrg import Block, Sections
from loaders.formats.settings import Setting, number
from loaders.formats.text import decode_lines
from loaders.formats.zones import utc_offset

NAME = "symphoniepro"
VERIFIED = True
GROWS = False
DESKTOP = "SymphoniePRO Desktop Application"
TITLE = re.compile(f"NRG Export Service|{DESKTOP}")
MEASUREMENTS = "Measurements"
AGAIN = "export the file again, or load it as it was exported"
MISSING = cells.spellings(("NAN", ""))
FILTERED = ("9999", *(f"9999.{'0' * digits}" for digits in range(1, 7)))
STATISTICS = {"Avg": "avg", "SD": "sd", "Min": "min", "Max": "max", "Gust": "gust", "GustDir": "gust", "Sum": "sum"}
# Ch2_Anem_85.00m_S_Avg_m/s: channel, kind, height, bearing, statistic and unit, each of which may be blank
SLOTS = re.compile(r"Ch(?P<channel>\d+)_[^_]*_(?P<height>[^_]*)_[^_]*_(?P<statistic>[A-Za-z]*)_(?P<unit>.*)", re.ASCII)


def matches(head: bytes) -> bool:
    """Whether the first line is the title of one of the two programs that export."""
    return TITLE.match(decode_lines(head)) is not None


def parse(content: bytes) -> LoggerFile:
    """Read one export. Lines and cells that can't be read go to `rejected`.

    Raises FormatError where there is no header or no data, where it isn't an export of measurements, where all dates
    can be read in two ways, and where the rows come from two loggers.
    """
    return parse_with(content, Hearing())


def parse_with(content: bytes, hearing: Hearing) -> LoggerFile:
    """The same of a piece, with what others of its file tell."""
    text = decode_lines(content)
    title = TITLE.match(text)
    if title is None:
        raise FormatError(f"'{text.partition(chr(10))[0][:40]}' found, 'NRG Export Service' expected", "line 1", AGAIN)
    export = nrg.split_at_data(text, title[0])
    check_content(export.sections)
    names, body = nrg.split_names(export, "Timestamp")
    columns = {position: column_of(name) for position, name in enumerate(names) if position and name}
    read = grid.read(
        body,
        export.first_line + 1,
        len(names),
        Dialect("\t"),
        stamp=0,
        readings=list(columns),
        missing=MISSING + (FILTERED if filters_applied(export.sections) else ()),
    )
    zone = utc_offset(nrg.told(export.sections, "Site Properties", "Time Zone") or "")  # standard time all year
    stamped = dates.read(read.stamps, read.rows.lines, hearing)
    tables, rejected = grid.to_table(read, stamped.times, columns, stamps.EXPECTED)
    return LoggerFile(
        format=NAME,
        logger=the_logger(export.sections, stamped.times[~np.isnat(stamped.times)]),
        tables=tables,
        rejected=rejected,
        header=export.sections | {"settings": settings(export.sections, names)},
        created=created(export.sections, title[0]),
        utc_offset=zone if stamped.utc_offset is None else stamped.utc_offset,
        timestamp_is_end_of_period=None,
        is_unverified=title[0] == DESKTOP or filters_applied(export.sections),
    )


def cut(content: bytes) -> Cut | None:
    """Where a large export can be cut."""
    return cutting.written_once(content, nrg.above_rows)


def check_content(sections: Sections) -> None:
    """Raise where the export holds samples, events or the like."""
    content = nrg.told(sections, "Export Parameters", "Data Type")
    if content not in (None, MEASUREMENTS):
        raise FormatError(
            f"an export of '{content}' found, '{MEASUREMENTS}' expected",
            "the section 'Export Parameters'",
            "export the measurements",
        )


def filters_applied(sections: Sections) -> bool:
    """Whether someone had the export leave out what filters caught."""
    return (nrg.told(sections, "Export Parameters", "Filters Applied") or "").lower() == "true"


def column_of(name: str) -> Column:
    """A column with the unit and statistic that its name tells."""
    slots = SLOTS.fullmatch(name)
    return Column(name, slots["unit"], STATISTICS.get(slots["statistic"])) if slots else Column(name, "", None)


def the_logger(sections: Sections, times: NDArray[np.datetime64]) -> str | None:
    """The serial number of the one logger that recorded all rows, by the dates at which loggers were exchanged."""
    history = sorted((nrg.iso_stamp(block.get("Date", "")) or "", serial(block)) for block in logger_blocks(sections))
    if not history or not len(times):
        return history[-1][1] if history else None
    dates = [date for date, _ in history]
    first, last = (max(bisect_right(dates, str(time)) - 1, 0) for time in (times.min(), times.max()))
    serials = list(dict.fromkeys(logger for _, logger in history[first : last + 1]))
    if len(serials) > 1:
        raise FormatError(
            f"rows of two loggers in one file: '{serials[0]}', then '{serials[1]}'",
            "the section 'Logger History'",
            "export the time before and the time after the exchange by themselves",
        )
    return serials[0]


def logger_blocks(sections: Sections) -> list[Block]:
    """Those that name a logger."""
    return [block for block in sections.get("Logger History", []) if serial(block)]


def serial(block: Block) -> str:
    """A block's serial number."""
    return block.get("Serial Number", "")


def settings(sections: Sections, names: Sequence[str]) -> list[Setting]:
    """What the header says of each channel, from each date on at which it was configured."""
    blocks = [block for block in sections.get("Sensor History", []) if block.get("Channel")]
    return [
        nrg.setting_of(block, columns_of(block, names), height_m=number(block.get("Height")) or None)
        for block in blocks
    ]


def columns_of(block: Block, names: Sequence[str]) -> list[str]:
    """The columns of a channel; where it hung at several heights, those whose name has the height of this block."""
    slots = {name: found for name in names if (found := SLOTS.fullmatch(name)) and found["channel"] == block["Channel"]}
    height = f"{block['Height']}m" if block.get("Height") else ""
    return [name for name in slots if slots[name]["height"] == height] or list(slots)


def created(sections: Sections, title: str) -> datetime | None:
    """When it was exported. By which clock the file doesn't say; it only orders the exports of one station."""
    stamp = nrg.iso_stamp(nrg.told(sections, title, "Generated") or "")
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC) if stamp else None
