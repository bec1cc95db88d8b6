"""The times of a NetCDF file: counts of a unit since a date, by its CF conventions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from loaders.formats.frame import FormatError
from loaders.formats.netcdf_contents import Contents, Variable
from loaders.formats.netcdf_values import to_floats

UNITS = re.compile(
    r"(?P<unit>[a-z]+)\s+since\s+(?P<date>\d{4}-\d{1,2}-\d{1,2})"
    r"(?:(?:T|\s+)(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2}(?:\.\d*)?))?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]00?(?::?00)?\s+UTC|[+-]\d{1,2}(?::?\d{2})?|\d{1,2}:\d{2})?",
    re.IGNORECASE | re.ASCII,
)
MICROSECONDS = {
    **dict.fromkeys(("microsecond", "microseconds", "us"), 1),
    **dict.fromkeys(("millisecond", "milliseconds", "msec", "msecs", "ms"), 1_000),
    **dict.fromkeys(("second", "seconds", "sec", "secs", "s"), 1_000_000),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), 60_000_000),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), 3_600_000_000),
    **dict.fromkeys(("day", "days", "d"), 86_400_000_000),
}
CALENDARS = ("", "standard", "gregorian", "proleptic_gregorian")
FIRST, LAST = np.datetime64("1900-01-01", "us"), np.datetime64("2200-01-01", "us")
COARSEST_US = 500_000  # resolution: what is coarser can't tell one second from the next
QUANTA_US = (1, 1_000, 1_000_000)  # to one of which times are rounded: a day's fraction of 10 minutes has no end
LONGEST_S = 366 * 86_400  # a period
DEMAND = "have the file written with a time in 'seconds since' a date, in the standard calendar"


@dataclass(frozen=True, slots=True)
class Time:
    """The times along a dimension; NaT where one is none of the calendar.

    Attributes:
        name: of the variable.
        bounds: the variable that holds each period's begin and end, empty where there is none.
        is_end: whether a stamp is the end of its period, where the bounds tell.
        period: from begin to end, where the bounds tell it and it is the same throughout.
    """

    name: str
    dimension: str
    bounds: str
    times: NDArray[np.datetime64]
    counts: NDArray[np.float64]
    utc_offset: np.timedelta64 | None
    is_end: bool | None
    period: np.timedelta64 | None

    def texts(self, record: int) -> str:
        """A record's time as the file has it."""
        return f"{self.name} = {self.counts[record]:.17g}"


def read(contents: Contents) -> list[Time]:
    """The time of each dimension that has one. Raises FormatError where there is none, or it can't be read."""
    by_dimension: dict[str, list[Variable]] = {}
    for variable in contents.variables.values():
        is_time = variable.kind in "iuf" and " since " in f"{variable.text('units').lower()} "
        if is_time and variable.dimensions is not None and len(variable.dimensions) == 1:
            by_dimension.setdefault(variable.dimensions[0], []).append(variable)
    if not by_dimension:
        within = f"; there are groups: {', '.join(contents.groups)}" if contents.groups else ""
        raise FormatError(f"no variable of time, with units such as 'seconds since 1970-01-01'{within}", "", DEMAND)
    return [_read(contents, _choose(dimension, variables)) for dimension, variables in by_dimension.items()]


def _choose(dimension: str, variables: list[Variable]) -> Variable:
    for own in (
        [variable for variable in variables if variable.name == dimension],
        [variable for variable in variables if variable.text("standard_name") == "time"],
        variables,
    ):
        if len(own) == 1:
            return own[0]
    names = ", ".join(variable.name for variable in variables)
    raise FormatError(f"several times along '{dimension}', and none of them has its name: {names}", "", DEMAND)


def _read(contents: Contents, variable: Variable) -> Time:
    found = UNITS.fullmatch(variable.text("units"))
    unit = MICROSECONDS.get(found["unit"].lower()) if found else None
    calendar = variable.text("calendar").lower()
    if found is None or unit is None or calendar not in CALENDARS:
        of_calendar = f" in the calendar '{calendar}'" if calendar not in CALENDARS else ""
        raise FormatError(f"times of '{variable.name}' are '{variable.text('units')}'{of_calendar}", "", DEMAND)
    epoch = _epoch(found, variable)
    counts = to_floats(variable)
    times = _to_times(variable, counts, unit, epoch)
    bounds = contents.variables.get(variable.text("bounds"))
    is_end, period = _sides(bounds, variable, counts, unit)
    return Time(
        name=variable.name,
        dimension=(variable.dimensions or ("",))[0],
        bounds=bounds.name if bounds else "",
        times=times,
        counts=counts,
        utc_offset=_utc_offset(found["zone"], contents),
        is_end=is_end,
        period=period,
    )


def _epoch(found: re.Match[str], variable: Variable) -> np.datetime64:
    year, month, day = map(int, found["date"].split("-"))
    seconds = float(found["second"] or 0)
    minute: datetime | None
    try:
        minute = datetime(year, month, day, int(found["hour"] or 0), int(found["minute"] or 0))
    except ValueError:
        minute = None
    if minute is None or seconds >= 60:  # noqa: PLR2004 - as clocks have it
        raise FormatError(f"times of '{variable.name}' are '{found[0]}', no time of the calendar", "", DEMAND)
    return np.datetime64(minute, "us") + np.timedelta64(timedelta(seconds=seconds), "us")


def _to_times(
    variable: Variable, counts: NDArray[np.float64], unit: int, epoch: np.datetime64
) -> NDArray[np.datetime64]:
    known = np.isfinite(counts)
    lowest, highest = ((limit - epoch).astype(np.int64) for limit in (FIRST, LAST))
    within = known & (counts >= lowest / unit) & (counts < highest / unit)
    microseconds = np.round(np.where(within, counts, 0) * unit / _quantum(variable, counts[within], unit))
    microseconds *= _quantum(variable, counts[within], unit)
    times: NDArray[np.datetime64] = epoch + microseconds.astype(np.int64).astype("timedelta64[us]")
    times[~within] = np.datetime64("NaT")
    return times


def _quantum(variable: Variable, counts: NDArray[np.float64], unit: int) -> int:
    """To what times are rounded: several times the resolution of the file's own type, or of a double."""
    if not len(counts):
        return 1
    largest = np.abs(counts).max()
    is_single = variable.read().dtype.itemsize <= 4 and variable.kind == "f"  # noqa: PLR2004 - bytes of a single
    step = np.spacing(np.float32(largest)) if is_single else np.spacing(largest)
    resolution = float(step) * unit
    if resolution > COARSEST_US:
        what = f"times of '{variable.name}' have a resolution of {resolution / 1e6:g} s, that of a second expected"
        raise FormatError(what, "", DEMAND)
    return next((quantum for quantum in QUANTA_US if quantum >= 4 * resolution), QUANTA_US[-1])


def _sides(
    bounds: Variable | None, variable: Variable, counts: NDArray[np.float64], unit: int
) -> tuple[bool | None, np.timedelta64 | None]:
    if bounds is None or bounds.shape != (*variable.shape, 2) or bounds.kind not in "iuf" or not len(counts):
        return None, None
    begins, ends = to_floats(bounds).T
    with np.errstate(over="ignore", invalid="ignore"):
        seconds = np.unique(np.round((ends - begins) * unit / 1e6))
    period = np.timedelta64(int(seconds[0]), "s") if len(seconds) == 1 and 0 < seconds[0] < LONGEST_S else None
    if period is None:
        return None, None
    tolerance = COARSEST_US / unit
    for side, is_end in ((begins, False), (ends, True)):
        if np.isfinite(counts).all() and np.allclose(counts, side, rtol=0, atol=tolerance):
            return is_end, period
    return None, period


def _utc_offset(zone: str | None, contents: Contents) -> np.timedelta64 | None:
    conventions = contents.attributes.get("Conventions")
    if not zone:
        is_cf = isinstance(conventions, str) and conventions.strip().upper().startswith("CF")
        return np.timedelta64(0, "s") if is_cf else None
    if zone.upper() in ("Z", "UTC", "GMT"):
        return np.timedelta64(0, "s")
    digits = re.sub(r"\D", "", zone)
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))  # noqa: PLR2004 - two digits are hours alone
    return np.timedelta64((-60 if zone.startswith("-") else 60) * (hours * 60 + minutes), "s")
