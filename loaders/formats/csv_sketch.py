"""What a table shows of its own layout: separator, names, units, first row, and where and how its timestamps stand.

Several answers stay several: which of them is right is not for the file's looks to decide.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pyarrow as pa

from loaders.formats import grid
from loaders.formats.csv_description import SEPARATORS
from loaders.formats.frame import FormatError
from loaders.formats.stamp_format import END, compiled

FIRST_ROWS = 20
SAMPLE_ROWS = 500  # on which formats are tried; all rows of a file are written by the same program
FEWEST_COLUMNS = 2
MOST = 0.9  # of the lines, or of a column's cells: a file may have a head, and bad lines
HEAD_LINES = 100
SEPARATORS_BY_RARITY = ("tab", "semicolon", "pipe", "comma", "blanks")
DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y-%j",
    "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y",
    "%d/%m/%y", "%m/%d/%y", "%y/%m/%d", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d", "%d.%m.%y", "%y.%m.%d",
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%b %d %Y", "%b %d, %Y",
)  # fmt: skip
CLOCKS = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%H:%M:%S,%f", "%H.%M", "%I:%M %p", "%I:%M:%S %p", "%H%M", "%H%M%S")
JOINTS = (" ", "T", "")
ZONES = ("", "%z", " %z")
DATE_LIKE = re.compile(
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?!\d)|\d{4}-\d{3}(?!\d)|(19|20)\d{6}"
    r"|\d{1,2}[- ][A-Za-z]{3}[- ]\d|[A-Za-z]{3} \d{1,2},? \d"
)
CLOCK_LIKE = re.compile(r"\d{1,2}:\d\d|\d{4}(\d\d)?$|\d{1,2}\.\d\d$")


@dataclass(frozen=True, slots=True)
class Sketch:
    """The layout that a file shows; lines count from 1.

    Attributes:
        names_line: None where no line of the file names the columns; they are numbered then.
        cells: the rows' cells, by column.
        stamp: the positions of the timestamps' columns.
        formats: all that read as many timestamps as any does.
    """

    separator: str
    names_line: int | None
    first_line: int
    names: tuple[str, ...]
    units: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    stamp: tuple[int, ...]
    formats: tuple[str, ...]


def sketch(lines: Sequence[str]) -> Sketch:
    """The layout of these lines; FormatError where they are no table with timestamps."""
    separator, width = _separator(lines)
    rows = {number: fields(line, separator) for number, line in enumerate(lines, 1) if line.strip()}
    rows = {number: found for number, found in rows.items() if len(found) == width}
    date = _date_column(list(rows.values()), width)
    body = {number: found for number, found in rows.items() if DATE_LIKE.match(found[date])}
    first_line = min(body)
    head: list[list[str]] = []  # the lines right above the first row that look like rows: names, and maybe units
    while first_line - 1 - len(head) in rows:
        head.insert(0, rows[first_line - 1 - len(head)])
    names = max(range(len(head)), key=lambda place: len({*head[place]} - {""}), default=0)  # the first of the fullest
    head = head[names:]
    cells = tuple(zip(*body.values(), strict=True))
    stamp, formats = _stamp(cells, date)
    return Sketch(
        separator=separator,
        names_line=first_line - len(head) if head else None,
        first_line=first_line,
        names=grid.unique(head[0] if head else [f"column_{number}" for number in range(1, width + 1)]),
        units=tuple(head[1]) if len(head) > 1 else ("",) * width,
        cells=cells,
        stamp=stamp,
        formats=formats,
    )


def fields(line: str, separator: str) -> list[str]:
    """The fields of a line."""
    if separator == "blanks":
        return line.split()
    sign = SEPARATORS[separator]
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=sign))]
    except csv.Error:
        return [cell.strip() for cell in line.split(sign)]


def _separator(lines: Sequence[str]) -> tuple[str, int]:
    """The sign that cuts most lines into the same number of fields; rarer signs go before commas and blanks."""
    filled = [line for line in lines if line.strip()]
    for name in SEPARATORS_BY_RARITY:
        widths = [len(fields(line, name)) for line in filled]
        width, times = Counter(widths).most_common(1)[0] if widths else (0, 0)
        head = min(widths.index(width), HEAD_LINES) if widths else 0
        if width >= FEWEST_COLUMNS and times >= MOST * (len(filled) - head):
            return name, width
    raise FormatError("no sign that parts the lines into columns", "", "describe the file by hand")


def _date_column(rows: Sequence[Sequence[str]], width: int) -> int:
    """The first column of dates."""
    for position in range(width):
        dates = sum(DATE_LIKE.match(row[position]) is not None for row in rows)
        if dates and dates >= min(MOST * len(rows), len(rows) - HEAD_LINES):
            return position
    raise FormatError("no column of dates", "", "describe the file by hand, if its rows have timestamps")


def _stamp(cells: Sequence[Sequence[str]], date: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Which columns make the timestamp, and the formats that fit: date and clock in one, in two, or no clock at all."""
    whole = cells[date]
    days = [day for day in DATES if _begins_like(day, whole)]
    clocks = [joint + clock + zone for joint, clock, zone in product(JOINTS, CLOCKS, ZONES)]
    if found := _fitting([day + clock for day, clock in product(days, clocks)], whole):
        return (date,), found
    following = cells[date + 1] if date + 1 < len(cells) else ()
    if following and sum(CLOCK_LIKE.match(cell) is not None for cell in following) >= MOST * len(following):
        joined = [f"{day} {clock}" for day, clock in zip(whole, following, strict=True)]
        if found := _fitting([f"{day} {clock}" for day, clock in product(days, CLOCKS)], joined):
            return (date, date + 1), found
    return (date,), _fitting(days, whole)


def _begins_like(day: str, texts: Sequence[str]) -> bool:
    """Whether any of the first texts begins with such a date: most formats are ruled out so, at little cost."""
    pattern = re.compile(compiled(day).pattern.removesuffix(END))
    return any(pattern.match(text) for text in texts[:FIRST_ROWS])


def _fitting(formats: Sequence[str], texts: Sequence[str]) -> tuple[str, ...]:
    """The formats that read most of the texts, all that read as many."""
    step = len(texts) // SAMPLE_ROWS + 1
    sample = pa.chunked_array([pa.array(texts[::step], pa.string())])
    first = texts[:FIRST_ROWS]
    likely = [text for text in formats if any(re.match(compiled(text).pattern, stamp) for stamp in first)]
    read = {text: int((~np.isnat(compiled(text).read(sample))).sum()) for text in likely}
    most = max(read.values(), default=0)
    return tuple(text for text, times in read.items() if times == most) if most >= MOST * len(sample) else ()
