"""NetCDF of both generations, as the CF conventions have it: a time with units, and mostly a dimension of heights.

A variable on time alone is a column; one on time and heights is a column for each height, `<variable>_<height>m`.
Depths are negative heights. A dimension of one is none. What has other dimensions, or words, is no column and is listed
in the header as left out. Fill values and what `missing_value` says are recorded as missing, as are numbers that are
none; values outside `valid_range` are kept. Packed values are unpacked. `cell_methods` tells the statistic. Lines are
records, from 1. The zone is stated where the units of time have one, or `Conventions` names CF, by which it then is
UTC. Which side of its period a stamp marks, and how long that is, is stated by the bounds of time alone. Of groups only
the outermost is read. A time that has no half second's resolution is refused, as are other calendars.

A large file is read by slices of its records: what all of them tell together is found out first.

Checked against a file of a public campaign, and against files of both generations that the NetCDF library wrote.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from loaders.formats import grid, netcdf_classic, netcdf_hdf5, netcdf_time
from loaders.formats.frame import Column, FormatError, LoggerFile, Rejected, Table
from loaders.formats.netcdf_contents import Attribute, Contents, Variable
from loaders.formats.netcdf_time import Time
from loaders.formats.netcdf_values import check_size, spans, to_floats
from loaders.formats.settings import Setting, setting
from loaders.formats.source import Bytes, Source

Value = TypeVar("Value")

NAME = "netcdf"
VERIFIED = True
GROWS = False
LINES_BEFORE_RECORDS = 0  # there are no lines
LARGE_BYTES = 1 << 20  # what HDF5 packs well takes a hundred times its size
METRES = {"m": 1, "meter": 1, "meters": 1, "metre": 1, "metres": 1, "km": 1000}
STATISTICS = {
    "mean": "avg",
    "standard_deviation": "sd",
    "maximum": "max",
    "minimum": "min",
    "sum": "sum",
    "median": "median",
}
MOST_COLUMNS = 100_000  # each a channel
FLOATS_BESIDE = 3  # a record's values: its time as the file has it, as we have it, and its line
SERIALS = ("serial_number", "instrument_serial_number")


@dataclass(frozen=True, slots=True)
class Cut:
    """A column: a variable, and for one on heights the place along their dimension."""

    variable: Variable
    column: Column
    height_dimension: str | None = None
    place: int = 0
    height_m: float | None = None


def matches(head: bytes) -> bool:
    """Whether the signature of either generation stands first."""
    return head.startswith((*netcdf_classic.SIGNATURES, netcdf_hdf5.SIGNATURE))


def parse(content: bytes) -> LoggerFile:
    """Read one file: a table for each dimension of time.

    Raises FormatError where the file is damaged, has no time that can be read, or is too large.
    """
    files = list(_read(Bytes(content), None))
    tables = tuple(table for file in files for table in file.tables)
    return replace(files[0], tables=tables, rejected=tuple(bad for file in files for bad in file.rejected))


def parts(source: Source, size: int) -> Iterator[LoggerFile]:
    """Read a file of any size by slices, whose values take about `size` bytes; raises FormatError as `parse` does."""
    return _read(source, size)


def _read(source: Source, size: int | None) -> Iterator[LoggerFile]:
    """The records of each dimension of time, at least one slice of them; by default all at once."""
    with _opened(source) as contents:
        check_size(contents.variables.values(), source.size)
        times = netcdf_time.read(contents, size)
        cuts_on: list[list[Cut]] = []
        left_out: dict[str, str] = dict.fromkeys(contents.groups, "a group")
        for time in times:
            own, why_not = cut_up(contents, time)
            cuts_on.append(own)
            left_out |= why_not
        about = _about(contents, times, [one for own in cuts_on for one in own], left_out)
        for time, cuts in zip(times, cuts_on, strict=True):
            for first, behind in spans(contents, time.dimension, time.records, len(cuts) + FLOATS_BESIDE, size):
                table, rejected = to_table(time, cuts, first, behind)
                yield replace(about, tables=(table,) if len(table.timestamps) else (), rejected=tuple(rejected))


def _opened(source: Source) -> AbstractContextManager[Contents]:
    is_hdf5 = source.read(0, len(netcdf_hdf5.SIGNATURE)) == netcdf_hdf5.SIGNATURE
    return netcdf_hdf5.read(source) if is_hdf5 else nullcontext(netcdf_classic.read(source))


def _about(contents: Contents, times: Sequence[Time], cuts: Sequence[Cut], left_out: Mapping[str, str]) -> LoggerFile:
    """What the file says beside its records."""
    return LoggerFile(
        format=NAME,
        logger=_serial(contents.attributes),
        tables=(),
        rejected=(),
        header={
            "attributes": plain(contents.attributes),
            "variables": {name: plain(variable.attributes) for name, variable in contents.variables.items()},
            "left_out": left_out,
            "settings": settings(cuts),
        },
        created=None,
        utc_offset=_the_one([time.utc_offset for time in times]),
        timestamp_is_end_of_period=_the_one([time.is_end for time in times]),
    )


def cut_up(contents: Contents, time: Time) -> tuple[list[Cut], dict[str, str]]:
    """The columns on a time, and why other variables on it are none."""
    cuts: list[Cut] = []
    left_out: dict[str, str] = {}
    for name, variable in contents.variables.items():
        dimensions = variable.dimensions or ()
        if time.dimension not in dimensions or name in (time.variable.name, time.bounds):
            continue
        others = [
            dimension
            for dimension, size in zip(dimensions, variable.shape, strict=True)
            if dimension != time.dimension and (size != 1 or heights(contents, dimension) is not None)
        ]
        along = heights(contents, others[0]) if len(others) == 1 else None
        if variable.kind not in "iuf":
            left_out[name] = "words"
        elif len(set(dimensions)) < len(dimensions) or not _fits(variable, time, others, along):
            left_out[name] = f"besides time it has {', '.join(others)}, which is not one dimension of heights in metres"
        elif along is None:
            cuts.append(Cut(variable, column(variable, name)))
        else:
            cuts += [
                Cut(variable, column(variable, f"{name}_{height:g}m"), others[0], place, height)
                for place, height in enumerate(along)
            ]
        _check_columns(len(cuts))
    names = grid.unique([own.column.name for own in cuts])
    named = [
        Cut(own.variable, Column(name, own.column.unit, own.column.statistic), *_place(own))
        for own, name in zip(cuts, names, strict=True)
    ]
    return named, left_out


def _fits(variable: Variable, time: Time, others: Sequence[str], along: Sequence[float] | None) -> bool:
    """Whether it has a value for each time, and each height if it has any."""
    sizes = dict(zip(variable.dimensions or (), variable.shape, strict=True))
    if sizes[time.dimension] != time.records:
        return False
    return not others if along is None else sizes[others[0]] == len(along)


def _place(own: Cut) -> tuple[str | None, int, float | None]:
    return own.height_dimension, own.place, own.height_m


def column(variable: Variable, name: str) -> Column:
    """A column with the unit and statistic that its variable's attributes tell."""
    statistic = "quality" if _is_flag(variable) else None
    for dimensions, _, method in (part.rpartition(":") for part in _methods(variable.text("cell_methods"))):
        if "time" in dimensions.split(":"):
            statistic = STATISTICS.get(method, statistic)
    return Column(name, variable.text("units"), statistic)


def _methods(text: str) -> list[str]:
    """`time: height: mean (interval: 1 s) area: sum` as time:height:mean, area:sum."""
    words = text.partition("(")[0].split()
    methods, dimensions = [], ""
    for word in words:
        if word.endswith(":"):
            dimensions += word
        else:
            methods.append(dimensions + word)
            dimensions = ""
    return methods


def _is_flag(variable: Variable) -> bool:
    is_named = variable.text("standard_name").endswith(("quality_flag", "status_flag"))
    return is_named or any(name in variable.attributes for name in ("flag_masks", "flag_values"))


def heights(contents: Contents, dimension: str) -> tuple[float, ...] | None:
    """The heights along a dimension, in metres; None where it isn't one of heights."""
    along = [
        variable
        for variable in contents.variables.values()
        if variable.dimensions == (dimension,) and variable.kind in "iuf" and variable.text("units") in METRES
    ]
    own = [variable for variable in along if variable.name == dimension] or along
    if len(own) != 1:
        return None
    _check_columns(own[0].shape[0])
    upwards = -1 if own[0].text("positive").lower() == "down" else 1
    values = to_floats(own[0]) * METRES[own[0].text("units")] * upwards
    return tuple(values.tolist()) if np.isfinite(values).all() else None


def _check_columns(count: int) -> None:
    if count > MOST_COLUMNS:
        what = f"{count:,} columns or heights, {MOST_COLUMNS:,} at most expected"
        raise FormatError(what, "", "have the file written without the variables that nobody needs")


def to_table(time: Time, cuts: Sequence[Cut], first: int, behind: int) -> tuple[Table, list[Rejected]]:
    """Of the records from one up to another those that have a time, and those that haven't."""
    counts = time.counts(first, behind)
    times = time.times(counts)
    stamped = ~np.isnat(times)
    records = np.arange(first + 1, behind + 1, dtype=np.int64)
    columns: list[NDArray[np.float64]] = []
    at_once: dict[str, NDArray[np.float64]] = {}
    for own in cuts:
        if own.variable.name not in at_once:  # a variable's cuts follow each other, so one is held at a time
            at_once = {own.variable.name: by_heights(own, time.dimension, first, behind)}
        columns.append(at_once[own.variable.name][own.place][stamped])
    table = Table(
        name=time.dimension,
        columns=tuple(own.column for own in cuts),
        timestamps=times[stamped],
        lines=records[stamped],
        values=tuple(columns),
        rejected_cells=tuple(np.zeros(len(values), dtype=bool) for values in columns),
        averaging_period=time.period,
    )
    reason = "no time of the calendar"
    return table, [
        Rejected(int(records[place]), time.text(counts[place]), reason, len(cuts)) for place in np.flatnonzero(~stamped)
    ]


def by_heights(own: Cut, time_dimension: str, first: int, behind: int) -> NDArray[np.float64]:
    """Values of a cut's variable, (heights, records), of records from one up to another; without heights one row."""
    dimensions = own.variable.dimensions or ()
    at = dimensions.index(time_dimension)
    before = [dimensions.index(own.height_dimension)] if own.height_dimension else []
    order = [*before, at]
    order += [other for other in range(len(dimensions)) if other not in order]  # of size 1
    values = to_floats(own.variable, at, first, behind).transpose(order)
    return np.ascontiguousarray(values).reshape((values.shape[0] if before else 1, behind - first))


def settings(cuts: Sequence[Cut]) -> list[Setting]:
    """Height and unit of the columns that have either."""
    alike: dict[tuple[float | None, str], list[str]] = {}
    for own in cuts:
        if own.height_m is not None or own.column.unit:
            alike.setdefault((own.height_m, own.column.unit), []).append(own.column.name)
    return [setting(names, height_m=height, unit=unit or None) for (height, unit), names in alike.items()]


def plain(attributes: Mapping[str, Attribute]) -> dict[str, object]:
    """Attributes for JSON, which has no words for what is no number."""
    made: dict[str, object] = {}
    for name, value in attributes.items():
        if isinstance(value, np.ndarray):
            numbers = [number if math.isfinite(number) else str(number) for number in value.ravel().tolist()]
            made[name] = numbers[0] if len(numbers) == 1 else numbers
        else:
            made[name] = value
    return made


def _serial(attributes: Mapping[str, Attribute]) -> str | None:
    found = [plain({name: attributes[name]})[name] for name in SERIALS if name in attributes]
    return str(found[0]).strip() or None if found and found[0] is not None else None


def _the_one(values: Sequence[Value | None]) -> Value | None:
    return values[0] if len({str(value) for value in values}) == 1 else None
