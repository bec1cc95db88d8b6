"""NetCDF of both generations, as the CF conventions have it: a time with units, and mostly a dimension of heights.

A variable on time alone is a column; one on time and heights is a column for each height, `<variable>_<height>m`.
Depths are negative heights. A dimension of one is none. What has other dimensions, or words, is no column and is listed
in the header as left out. Fill values and what `missing_value` says are recorded as missing, as are numbers that are
none; values outside `valid_range` are kept. Packed values are unpacked. `cell_methods` tells the statistic. Lines are
records, from 1. The zone is stated where the units of time have one, or `Conventions` names CF, by which it then is
UTC. Which side of its period a stamp marks, and how long that is, is stated by the bounds of time alone. Of groups only
the outermost is read. A time that has no half second's resolution is refused, as are other calendars.

Checked against a file of a public campaign, and against files of both generations that the NetCDF library wrote.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from loaders.formats import grid, netcdf_classic, netcdf_hdf5, netcdf_time
from loaders.formats.frame import Column, LoggerFile, Rejected, Table
from loaders.formats.netcdf_contents import Attribute, Contents, Variable
from loaders.formats.netcdf_time import Time
from loaders.formats.netcdf_values import check_size, to_floats
from loaders.formats.settings import Setting, setting

Value = TypeVar("Value")

NAME = "netcdf"
VERIFIED = True
LINES_BEFORE_RECORDS = 0  # there are no lines
METRES = {"m": 1, "meter": 1, "meters": 1, "metre": 1, "metres": 1, "km": 1000}
STATISTICS = {
    "mean": "avg",
    "standard_deviation": "sd",
    "maximum": "max",
    "minimum": "min",
    "sum": "sum",
    "median": "median",
}
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
    is_hdf5 = content.startswith(netcdf_hdf5.SIGNATURE)
    contents = netcdf_hdf5.read(content) if is_hdf5 else netcdf_classic.read(content)
    times = netcdf_time.read(contents)
    cuts: list[Cut] = []
    left_out: dict[str, str] = dict.fromkeys(contents.groups, "a group")
    tables: list[Table] = []
    rejected: list[Rejected] = []
    for time in times:
        own, why_not = cut_up(contents, time)
        cuts += own
        check_size({one.variable.name: one.variable for one in cuts}.values())
        left_out |= why_not
        table, some_rejected = to_table(time, own)
        rejected += some_rejected
        if len(table.timestamps):
            tables.append(table)
    return LoggerFile(
        format=NAME,
        logger=_serial(contents.attributes),
        tables=tuple(tables),
        rejected=tuple(rejected),
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
        if time.dimension not in dimensions or name in (time.name, time.bounds):
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
    names = grid.unique([own.column.name for own in cuts])
    named = [
        Cut(own.variable, Column(name, own.column.unit, own.column.statistic), *_place(own))
        for own, name in zip(cuts, names, strict=True)
    ]
    return named, left_out


def _fits(variable: Variable, time: Time, others: Sequence[str], along: Sequence[float] | None) -> bool:
    """Whether it has a value for each time, and each height if it has any."""
    sizes = dict(zip(variable.dimensions or (), variable.shape, strict=True))
    if sizes[time.dimension] != len(time.times):
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
    upwards = -1 if own[0].text("positive").lower() == "down" else 1
    values = to_floats(own[0]) * METRES[own[0].text("units")] * upwards
    return tuple(values.tolist()) if np.isfinite(values).all() else None


def to_table(time: Time, cuts: Sequence[Cut]) -> tuple[Table, list[Rejected]]:
    """The records that have a time, and those that haven't."""
    stamped = ~np.isnat(time.times)
    records = np.arange(1, len(stamped) + 1, dtype=np.int64)
    columns: list[NDArray[np.float64]] = []
    at_once: dict[str, NDArray[np.float64]] = {}
    for own in cuts:
        if own.variable.name not in at_once:  # a variable's cuts follow each other, so one is held at a time
            at_once = {own.variable.name: by_heights(own, time.dimension)}
        columns.append(at_once[own.variable.name][own.place][stamped])
    table = Table(
        name=time.dimension,
        columns=tuple(own.column for own in cuts),
        timestamps=time.times[stamped],
        lines=records[stamped],
        values=tuple(columns),
        rejected_cells=tuple(np.zeros(len(values), dtype=bool) for values in columns),
        averaging_period=time.period,
    )
    reason = "no time of the calendar"
    return table, [Rejected(int(record), time.texts(record - 1), reason, len(cuts)) for record in records[~stamped]]


def by_heights(own: Cut, time_dimension: str) -> NDArray[np.float64]:
    """All values of a cut's variable, (heights, records); what has no heights has one row."""
    dimensions = own.variable.dimensions or ()
    first = [dimensions.index(own.height_dimension)] if own.height_dimension else []
    order = [*first, dimensions.index(time_dimension)]
    order += [at for at in range(len(dimensions)) if at not in order]  # of size 1
    values = to_floats(own.variable).transpose(order)
    records = own.variable.shape[dimensions.index(time_dimension)]
    return np.ascontiguousarray(values).reshape((values.shape[0] if first else 1, records))


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
