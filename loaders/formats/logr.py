"""NRG LOGR|S and LOGR|W: tab-separated text under a header of sections, as the logger sends it or the cloud exports it.

Stamps are true UTC and end in Z; the header's time zone is for information. What they mark is a matter of the firmware:
the end of the period in 1.02.10, the beginning in 1.09.14 and 000.07.840; with any other, metadata decides. All three
were proved with the sun, whose height and direction the loggers themselves compute; 1.09.14 also by one-second values.

There are four contents. Statistics are read with their averaging period, one-second samples and diagnostics as tables
of their own; a log holds events and no readings, so nothing is taken from it. `nan` and a blank cell are recorded as
missing. `NotUsed` is never a reading, nor are minima and maxima that the firmware fills with zeros (vanes, sums).

Checked against files of three loggers and three firmwares, read by another library. Two slips of firmware 1.02.10 are
left out of the settings: the logger's own serial for each analog sensor, and scales of other channels for serial ones.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from loaders.formats import cells, cutting, grid, nrg, stamps
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile, Rejected, Table
from loaders.formats.grid import Dialect, Grid, Seen
from loaders.formats.nrg import Block, Export, Sections
from loaders.formats.settings import Setting, number
from loaders.formats.text import decode_lines

NAME = "logr"
VERIFIED = True
GROWS = False
TITLE = "NRG Systems Data Logger"
MISSING = cells.spellings(("NAN", ""))
AGAIN = "have the logger or the cloud send the file again"
EXPECTED = "YYYY-MM-DDThh:mm:ssZ"

MARKS_END = {"1.02.10": True, "1.09.14": False, "000.07.840": False}  # by firmware
STALE_SCALES = ("1.02.10",)  # firmware whose serial channels show what was in memory

STATISTICS, SAMPLES, DIAGNOSTICS, LOGS = "Statistics", "One Second Samples", "Diagnostics", "Logs"
WORDS = {
    "Avg": "avg",
    "Min": "min",
    "Max": "max",
    "SD": "sd",
    "Gust": "gust",
    "Gust_Dir": "gust",
    "Total": "sum",
    "Sum": "sum",
}
NOT_USED = "NotUsed"
CHANNEL = re.compile(
    r"Ch(?P<channel>\d+)_(?P<word>Avg|Min|Max|SD|NotUsed|Gust_Dir|Gust|Total|Sum|Samples)(_(?P<unit>.*))?", re.ASCII
)
DIAGNOSTIC = re.compile(r".*?(_(?P<unit>V|mA))?_(?P<word>Avg|Min|Max|SD)")


@dataclass(frozen=True, slots=True)
class Named:
    """What a column's name tells: channel and word are blank where it tells none."""

    channel: str
    word: str
    column: Column


def matches(head: bytes) -> bool:
    """Whether the first line is the title."""
    return re.match(rf"{TITLE}\s*$", decode_lines(head), re.MULTILINE) is not None


@dataclass(frozen=True, slots=True)
class Events:
    """How many a log has."""

    count: int

    def __add__(self, later: Self) -> Self:
        return replace(self, count=self.count + later.count)


def parse(content: bytes) -> LoggerFile:
    """Read one file of any content. Lines and cells that can't be read go to `rejected`.

    Raises FormatError where there is no header or no data, and where the content is unknown.
    """
    return parse_with(content, Hearing())


def parse_with(content: bytes, hearing: Hearing) -> LoggerFile:
    """The same of a piece, with what others of its file tell."""
    text = decode_lines(content)
    if not text.startswith(TITLE):
        raise FormatError(f"'{text.partition(chr(10))[0][:40]}' found, '{TITLE}' expected", "line 1", AGAIN)
    export = nrg.split_at_data(text, TITLE)
    header: dict[str, object] = dict(export.sections)
    tables: tuple[Table, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    if content_of(export.sections) == LOGS:
        own = Events(sum(bool(line.strip()) for line in export.body.split("\n")))
        header["events"] = hearing.together(own).count
    else:
        tables, rejected, names = read_table(export, hearing)
        header["settings"] = settings(export.sections, names)
    return LoggerFile(
        format=NAME,
        logger=nrg.told(export.sections, TITLE, "Serial Number"),
        tables=tables,
        rejected=rejected,
        header=header,
        created=created(export.sections),
        utc_offset=np.timedelta64(0, "s"),
        timestamp_is_end_of_period=MARKS_END.get(firmware(export.sections)),
    )


def cut(content: bytes) -> Cut | None:
    """Where a large file can be cut."""
    return cutting.written_once(content, above_rows)


def above_rows(lines: Sequence[str]) -> int | None:
    """How many lines stand above the rows; the events of a log have no line of names."""
    count = nrg.above_rows(lines)
    is_log = count is not None and anywhere(nrg.read_sections(lines[:count]), "File Content") == LOGS
    return count and count - is_log


def content_of(sections: Sections) -> str:
    """What the file holds; raises FormatError where it is none of the four contents."""
    content = anywhere(sections, "File Content")
    if content not in (STATISTICS, SAMPLES, DIAGNOSTICS, LOGS):
        found = f"the file's content is '{content}'" if content else "the header doesn't say what the file holds"
        raise FormatError(
            f"{found}; {STATISTICS}, {SAMPLES}, {DIAGNOSTICS} or {LOGS} expected",
            "the line 'File Content'",
            "load the logger's statistics",
        )
    return content


def firmware(sections: Sections) -> str:
    """The firmware that recorded, not the one that sent."""
    return nrg.told(sections, TITLE, "Created FW Version") or nrg.told(sections, TITLE, "FW Version") or ""


def anywhere(sections: Sections, key: str) -> str | None:
    """The first value of a key: which section it stands in changed with the firmware."""
    return next((block[key] for blocks in sections.values() for block in blocks if block.get(key)), None)


def averaging_period(sections: Sections, content: str) -> np.timedelta64 | None:
    """Of the rows; diagnostics don't state theirs."""
    if content == SAMPLES:
        return np.timedelta64(1, "s")
    minutes = number(anywhere(sections, "Statistical Interval (min)"))
    return np.timedelta64(round(minutes * 60), "s") if minutes and content == STATISTICS else None


def created(sections: Sections) -> datetime | None:
    """When the logger, or the cloud, began the file."""
    stamp = nrg.iso_stamp((nrg.told(sections, TITLE, "File Created On (UTC)") or "").removesuffix("Z"))
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC) if stamp else None


def read_table(export: Export, hearing: Hearing) -> tuple[tuple[Table, ...], tuple[Rejected, ...], list[str]]:
    """The rows, as a table if there are any, what of them can't be read, and the names of columns."""
    content = content_of(export.sections)
    names, body = nrg.split_names(export, "Stats_Timestamp" if content == DIAGNOSTICS else "Timestamp")
    named = {position: named_column(name, content) for position, name in enumerate(names) if position and name}
    named = {position: name for position, name in named.items() if name.word != NOT_USED}
    read = grid.read(
        body, export.first_line + 1, len(names), Dialect("\t"), stamp=0, readings=list(named), missing=MISSING
    )
    read = grid.without(read, fillers(named, hearing.together(Seen.of(read.columns))))
    columns = {position: named[position].column for position in read.columns}
    period = averaging_period(export.sections, content)
    tables, rejected = grid.to_table(read, read_utc(read), columns, EXPECTED, period, name=content)
    return tables, rejected, [column.name for column in columns.values()]


def named_column(name: str, content: str) -> Named:
    """A column with the unit and statistic that its name tells."""
    found = (DIAGNOSTIC if content == DIAGNOSTICS else CHANNEL).fullmatch(name)
    if found is None:
        return Named("", "", Column(name, "", None))
    column = Column(name, found["unit"] or "", WORDS.get(found["word"]))
    return Named("" if content == DIAGNOSTICS else found["channel"], found["word"], column)


def fillers(named: Mapping[int, Named], seen: Seen) -> set[int]:
    """Minima and maxima that are zero throughout, in channels where this can't be what was measured.

    The firmware keeps no extremes of vanes (they have a gust's direction), sums and some calculated angles; an average
    that isn't zero proves the zeros to be nothing.
    """
    by_channel: dict[str, dict[str, int]] = {}
    for position, name in named.items():
        if name.channel:
            by_channel.setdefault(name.channel, {})[name.word] = position
    found: set[int] = set()
    for words in by_channel.values():
        extremes = {words[word] for word in ("Min", "Max") if word in words}
        are_zeros = extremes <= seen.numbers - seen.words - seen.values
        if are_zeros and (words.get("Avg") in seen.values or "Gust_Dir" in words or "Sum" in words):
            found.update(extremes)
    return found


def read_utc(read: Grid) -> NDArray[np.datetime64]:
    """The stamps, NaT where one isn't UTC."""
    texts: pa.ChunkedArray[Any] = pc.utf8_trim_whitespace(read.stamps)
    times = stamps.read_iso(pc.utf8_rtrim(texts, "Z"))
    times[~pc.ends_with(texts, "Z").to_numpy()] = np.datetime64("NaT", "us")
    return times


def settings(sections: Sections, names: Sequence[str]) -> list[Setting]:
    """What the header says of each channel."""
    blocks = [block for block in sections.get("Sensor History", []) if block.get("Channel")]
    return [setting(sections, block, names) for block in blocks]


def setting(sections: Sections, block: Block, names: Sequence[str]) -> Setting:
    """What a channel's block says, without what is known to be wrong in it."""
    columns = [name for name in names if (found := CHANNEL.fullmatch(name)) and found["channel"] == block["Channel"]]
    told = nrg.setting_of(block, columns, height_m=number(block.get("Height")) or None)
    if told["serial_number"] == own_serial(sections):
        told["serial_number"] = None
    if told["slope"] == 0 or ("Sensor Type" in block and firmware(sections) in STALE_SCALES):
        told["slope"] = told["offset"] = None  # a factor of 0 is a field that no one filled
    return told


def own_serial(sections: Sections) -> str:
    """The logger's serial as it stands on its label: the model's number before it."""
    serial = nrg.told(sections, TITLE, "Serial Number") or ""
    return f"{nrg.told(sections, TITLE, 'Model Number')}{serial.zfill(5)}"
