"""NRG Symphonie Classic text: what Symphonie Data Retriever (SDR) writes from a logger's encrypted .RWD files.

Unverified: written from descriptions, no real file was to be had. Tab-separated under titled sections. A channel has
four columns (average, deviation, maximum, minimum), also where the header leaves it out. The PC that ran SDR decided
how dates are written: an order of day, month and year is taken if the stamps themselves prove it, else the file is
refused.
What stamps mark and their zone stand nowhere in the file (the time offset is what the site's file was given, often a 0
that no one set): metadata decides. A channel of type 0 has no sensor, so its columns are no readings. A blank cell is
recorded as missing; no other word for it is known. Units are as the header has them, be it mph and F.
"""

import re
from collections.abc import Mapping, Sequence

from loaders.formats import blocks, cutting, dates, grid, nrg
from loaders.formats.date_years import tell_years
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile
from loaders.formats.grid import Dialect
from loaders.formats.nrg import Block, Sections
from loaders.formats.settings import Setting
from loaders.formats.text import decode_lines

NAME = "symphonie_sdr"
VERIFIED = False
GROWS = False
LOGGER, SENSORS = "-----Logger Information-----", "-----Sensor Information-----"
TITLE = re.compile(r"\s*-{5}.+-{5}\s*")
SIGNATURE = re.compile(rf"SDR\t|(.*\n){{0,12}}\s*{LOGGER}")
NAMES = re.compile(r"^Date & Time Stamp\t", re.MULTILINE)
HEADER = re.compile(rf"SDR\t|{NAMES.pattern}|{TITLE.pattern}$")
COLUMN = re.compile(r"CH(?P<channel>\d+)(?P<word>Avg|SD|Max|Min)", re.ASCII | re.IGNORECASE)
STATISTICS = {"avg": "avg", "sd": "sd", "max": "max", "min": "min"}
NO_SENSOR = "0"
MISSING = ("",)
EXPECTED = "a date and hh:mm:ss"


def matches(head: bytes) -> bool:
    """Whether the first word is SDR's name, or the head has its section on the logger."""
    return SIGNATURE.match(decode_lines(head)) is not None


def parse(content: bytes) -> LoggerFile:
    """Read one export. Lines and cells that can't be read go to `rejected`.

    Raises FormatError where the line of names is missing, where another header stands among the rows, and where day and
    month can't be told apart.
    """
    return parse_with(content, Hearing())


def parse_with(content: bytes, hearing: Hearing) -> LoggerFile:
    """The same of a piece, with what others of its file tell."""
    text = decode_lines(content)
    found = NAMES.search(text)
    if found is None:
        raise FormatError(
            "no line of names 'Date & Time Stamp' follows the header",
            f"line {text.count(chr(10)) + 1}",
            "have SDR write the file again: it was cut off",
        )
    line = text.count("\n", 0, found.start()) + 1
    sections = nrg.read_sections(text[: found.start()].split("\n"), TITLE)
    sensors = {block["Channel #"]: block for block in sections.get(SENSORS, []) if "Channel #" in block}
    names_text, _, rows = text[found.start() :].partition("\n")
    blocks.refuse_another(rows.split("\n"), line + 1, HEADER)
    names = grid.unique(grid.named(names_text.split("\t")))
    columns = readings(names, sensors)
    read = grid.read(
        rows.encode(), line + 1, len(names), Dialect("\t"), stamp=0, readings=list(columns), missing=MISSING
    )
    written = dates.take_apart(read.stamps, short_years=True)
    stamps, told = tell_years(written, read.stamps, read.rows.lines, hearing)
    order = dates.settle_or_refuse(stamps, read.stamps, read.rows.lines, told)
    tables, rejected = grid.to_table(read, dates.to_times(stamps, order), columns, EXPECTED)
    return LoggerFile(
        format=NAME,
        logger=nrg.told(sections, LOGGER, "Serial #"),
        tables=tables,
        rejected=rejected,
        header=sections | {"settings": settings(sections, names)},
        created=None,
        utc_offset=None,
        timestamp_is_end_of_period=None,
    )


def cut(content: bytes) -> Cut | None:
    """Where a large export can be cut."""
    return cutting.written_once(content, _above_rows)


def _above_rows(lines: Sequence[str]) -> int | None:
    return next((at + 1 for at, line in enumerate(lines) if NAMES.match(line)), None)


def readings(names: Sequence[str], sensors: Mapping[str, Block]) -> dict[int, Column]:
    """The columns of all channels but those that the header says have no sensor."""
    columns = {}
    for position, name in enumerate(names):
        found = COLUMN.fullmatch(name)
        block = sensors.get(found["channel"], {}) if found else {}
        if position and name and block.get("Type") != NO_SENSOR:
            statistic = STATISTICS[found["word"].lower()] if found else None
            columns[position] = Column(name, block.get("Units", "").strip("-"), statistic)
    return columns


def settings(sections: Sections, names: Sequence[str]) -> list[Setting]:
    """What the header says of each channel that has a sensor."""
    told = []
    for block in sections.get(SENSORS, []):
        if block.get("Type") != NO_SENSOR and "Channel #" in block:
            own = [
                name for name in names if (found := COLUMN.fullmatch(name)) and found["channel"] == block["Channel #"]
            ]
            told.append(nrg.setting_of(block, own, height_m=nrg.metres(block.get("Height", ""))))
    return told
