"""Leosphere WLS70 text: a dump of BUFR, one value a line, one subset for each height of each profile.

The header lists what the values of a subset are. Columns are named by the height and by the header's own words
(`100m Wind speed`); temperature and elevation, repeated with each height, are taken from a profile's first subset.
NaN is recorded as missing. A height that a profile leaves out is no reading. Directions of 135 beside missing speeds
are kept as they are. BUFR is in UTC by its rules, but the file doesn't say so, nor which side of a period stamps mark
(days from 00:10 to 24:00 suggest the end).

Unverified by tests: there is no such file among the samples. Two days of a public campaign (WLS70-001, Kassel 2016;
9,216 subsets) were read as a second reader, written apart from this one, read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from loaders.formats import cells, cutting, grid
from loaders.formats.cells import Cells
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Column, Cut, FormatError, LoggerFile, Rejected, Table
from loaders.formats.settings import Setting, setting
from loaders.formats.text import decode_lines

NAME = "wls70"
VERIFIED = False
GROWS = False
BEGIN = ":BUFR:"
SUBSET = ":SUBSET"
END = ":7777:"
DESCRIPTOR = re.compile(r"(\d{6}) # +(?:\d{6}-)?(.+)$", re.ASCII)
TIME = ("004001", "004002", "004003", "004004", "004005", "004006")  # year to second
HEIGHT = "007007"
OF_THE_PROFILE = ("012101", "002135")  # temperature, elevation
AVERAGED = ("Wind speed", "Wind direction", "U-component", "V-component", "W-component")
FIRST_YEAR, LAST_YEAR = 1900, 2199
MISSING = cells.spellings(("NAN", ""))
DEMAND = "have the lidar write the file again"


@dataclass(frozen=True, slots=True)
class Subsets:
    """The subsets that have as many values as the header lists: line, text, and the values by descriptor.

    Attributes:
        placed: where there is a time and a height.
        begins: of those that are placed, the first of each profile.
    """

    lines: NDArray[np.int64]
    texts: tuple[str, ...]
    columns: dict[str, Cells]
    times: NDArray[np.datetime64]
    heights_m: NDArray[np.float64]
    placed: NDArray[np.bool_]
    begins: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Heights:
    """Those that subsets are of: a profile has columns for all, also where it leaves one out."""

    found_m: frozenset[float]

    def __add__(self, later: Heights) -> Heights:
        return Heights(self.found_m | later.found_m)


def matches(head: bytes) -> bool:
    """Whether it is a dump of BUFR that lists a height."""
    text = decode_lines(head).lstrip()
    return text.startswith(BEGIN) and HEIGHT in text


def parse(content: bytes) -> LoggerFile:
    """Read one file; subsets and values that can't be read go to `rejected`.

    Raises FormatError where the header doesn't list a time and a height, or lists something twice.
    """
    return parse_with(content, Hearing())


def parse_with(content: bytes, hearing: Hearing) -> LoggerFile:
    """The same of a piece, with what others of its file tell."""
    lines = decode_lines(content).split("\n")
    begin = _first_subset(lines)
    words = read_descriptors(lines[:begin])
    subsets, ragged = read_subsets(lines, begin, words)
    own = Heights(frozenset(subsets.heights_m[subsets.placed].tolist()))
    heights = sorted(hearing.together(own).found_m)
    columns = {**of_profiles(subsets, words), **of_heights(subsets, words, heights)}
    table = Table(
        name="",
        columns=tuple(columns),
        timestamps=subsets.times[subsets.begins],
        lines=subsets.lines[subsets.begins],
        values=tuple(cell.values for cell in columns.values()),
        rejected_cells=tuple(cell.unreadable for cell in columns.values()),
        averaging_period=None,
    )
    rejected = [*ragged, *_unplaced(subsets, words), *_unreadable(subsets, words)]
    return LoggerFile(
        format=NAME,
        logger=None,
        tables=(table,) if len(table.timestamps) else (),
        rejected=tuple(sorted(rejected, key=lambda line: line.line)),
        header={"descriptors": words, "settings": settings(words, heights)},
        created=None,
        utc_offset=None,
        timestamp_is_end_of_period=None,
    )


def cut(content: bytes) -> Cut | None:
    """Where a large file can be cut: before the last profile, which may not be whole."""
    lines = decode_lines(content).split("\n")
    begin = _first_subset(lines)
    found = cutting.written_once(content, lambda _: begin)
    if found is None or begin == len(lines):
        return None
    subsets, _ = read_subsets(lines[: found.lines], begin, read_descriptors(lines[:begin]))
    profiles = subsets.lines[subsets.begins]
    if not len(profiles):
        return None
    above = int(profiles[-1]) - 1
    at = sum(len(line) + 1 for line in cutting.first_lines(content, above))
    return Cut(at, above, found.heading, begin)


def _first_subset(lines: Sequence[str]) -> int:
    return next((at for at, line in enumerate(lines) if line.startswith(SUBSET)), len(lines))


def read_descriptors(lines: Sequence[str]) -> dict[str, str]:
    """What the values of a subset are, in order: the header's words by descriptor."""
    found = [match.groups() for line in lines if (match := DESCRIPTOR.match(line.strip()))]
    codes = [code for code, _ in found]
    wrong = [code for code in (*TIME[:5], HEIGHT) if code not in codes]
    wrong += [code for code in codes if codes.count(code) > 1]
    if wrong:
        what = f"{wrong[0]} listed {codes.count(wrong[0])} times in the header, once expected"
        raise FormatError(what, f"line {len(lines)}", DEMAND)
    return dict(zip(codes, grid.unique([words.strip() for _, words in found]), strict=True))


def is_of_a_height(code: str) -> bool:
    """Whether what a descriptor stands for is measured at each height."""
    return code not in (*TIME, HEIGHT, *OF_THE_PROFILE)


def read_subsets(lines: Sequence[str], begin: int, words: dict[str, str]) -> tuple[Subsets, list[Rejected]]:
    """The subsets, and those that have another number of values."""
    marks = [at for at in range(begin, len(lines)) if lines[at].startswith(SUBSET)]
    kept: list[int] = []
    values: list[list[str]] = []
    ragged: list[Rejected] = []
    for mark, end in pairwise([*marks, len(lines)]):
        subset = [text for line in lines[mark + 1 : end] if not _is_mark(text := line.strip())]
        if len(subset) == len(words):
            kept.append(mark + 1)
            values.append(subset)
        else:
            reason = f"{len(subset)} values found, {len(words)} listed in the header"
            ragged.append(Rejected(mark + 1, " ".join(subset), reason, sum(map(is_of_a_height, words))))
    columns = {
        code: cells.from_strings(_strings([subset[at] for subset in values]), MISSING) for at, code in enumerate(words)
    }
    times, heights_m = _times(columns), columns[HEIGHT].values
    placed = ~np.isnat(times) & np.isfinite(heights_m)
    # heights rise within a profile: where they don't, or another time comes, another profile begins
    at = np.flatnonzero(placed)
    begins = np.zeros(len(placed), dtype=bool)
    begins[at] = np.append(True, (np.diff(times[at]) != np.timedelta64(0)) | (np.diff(heights_m[at]) <= 0))[: len(at)]
    texts = tuple(" ".join(subset) for subset in values)
    return Subsets(np.array(kept, dtype=np.int64), texts, columns, times, heights_m, placed, begins), ragged


def _is_mark(text: str) -> bool:
    """Whether a line is blank, or what stands between values: where a transfer broke off, the beginning of that."""
    return SUBSET.startswith(text) or END.startswith(text)


def _strings(texts: Sequence[str]) -> pa.ChunkedArray[Any]:
    return pa.chunked_array([pa.array(texts, pa.string())])


def of_profiles(subsets: Subsets, words: dict[str, str]) -> dict[Column, Cells]:
    """The columns of what a profile has once."""
    columns = {Column(words[code], "", None): subsets.columns[code] for code in OF_THE_PROFILE if code in words}
    return {
        column: Cells(cell.values[subsets.begins], cell.unreadable[subsets.begins]) for column, cell in columns.items()
    }


def of_heights(subsets: Subsets, words: dict[str, str], heights: Sequence[float]) -> dict[Column, Cells]:
    """The columns of each height; a cell that a profile doesn't have counts as one that can't be read: no reading."""
    profile = np.cumsum(subsets.begins) - 1
    rows = int(subsets.begins.sum())
    columns = {}
    for height in heights:
        at = subsets.placed & (subsets.heights_m == height)
        for code, name in words.items():
            if is_of_a_height(code):
                values, unreadable = np.full(rows, np.nan), np.ones(rows, dtype=bool)
                values[profile[at]] = subsets.columns[code].values[at]
                unreadable[profile[at]] = subsets.columns[code].unreadable[at]
                statistic = "avg" if name in AVERAGED else None
                columns[Column(f"{height:g}m {name}", "", statistic)] = Cells(values, unreadable)
    return columns


def settings(words: dict[str, str], heights: Sequence[float]) -> list[Setting]:
    """The height of each height's columns."""
    names = [name for code, name in words.items() if is_of_a_height(code)]
    return [setting([f"{height:g}m {name}" for name in names], height_m=height) for height in heights]


def _times(columns: dict[str, Cells]) -> NDArray[np.datetime64]:
    year, month, day, hour, minute = (columns[code].values for code in TIME[:5])
    second = columns[TIME[5]].values if TIME[5] in columns else np.zeros(len(year))
    possible = (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (month >= 1) & (month <= 12)  # noqa: PLR2004 - limits of the calendar
    possible &= (day >= 1) & (day <= 31) & (hour >= 0) & (hour < 24)  # noqa: PLR2004 - limits of the calendar
    possible &= (minute >= 0) & (minute < 60) & (second >= 0) & (second < 60)  # noqa: PLR2004 - limits of the calendar
    parts = [np.where(possible, part, 0).astype(np.int64) for part in (year - 1970, month - 1, day - 1, hour, minute)]
    months = (parts[0] * 12 + parts[1]).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + parts[2].astype("timedelta64[D]")
    possible &= days.astype("datetime64[M]") == months
    seconds = (parts[3] * 60 + parts[4]) * 60 + np.where(possible, second, 0)
    times = days.astype("datetime64[us]") + np.round(seconds * 1e6).astype("timedelta64[us]")
    times[~possible] = np.datetime64("NaT")
    return np.asarray(times)


def _unplaced(subsets: Subsets, words: dict[str, str]) -> Iterator[Rejected]:
    readings = sum(map(is_of_a_height, words))
    for at in np.flatnonzero(~subsets.placed).tolist():
        reason = "no time of the calendar, or no height"
        yield Rejected(int(subsets.lines[at]), subsets.texts[at], reason, readings)


def _unreadable(subsets: Subsets, words: dict[str, str]) -> Iterator[Rejected]:
    bad: dict[int, list[str]] = {}
    for code in words:
        is_reading = subsets.begins if code in OF_THE_PROFILE else subsets.placed & is_of_a_height(code)
        for at in np.flatnonzero(subsets.columns[code].unreadable & is_reading).tolist():
            bad.setdefault(at, []).append(code)
    for at, codes in bad.items():
        reason = f"no number in {', '.join(words[code] for code in codes)}; a number expected"
        height = f"{subsets.heights_m[at]:g}m"
        columns = tuple(words[code] if code in OF_THE_PROFILE else f"{height} {words[code]}" for code in codes)
        yield Rejected(
            int(subsets.lines[at]), subsets.texts[at], reason, len(codes), timestamp=subsets.times[at], columns=columns
        )
