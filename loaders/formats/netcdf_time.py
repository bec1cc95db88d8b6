"""The times of a NetCDF file: counts of a unit since a date, by its CF conventions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from loaders.formats.frame import FormatError
from loaders.formats.netcdf_contents import Contents, Variable
from loaders.formats.netcdf_values import spans, to_floats

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


FLOATS = 3  # a record's time and its bounds


@dataclass(frozen=True, slots=True)
class Time:
    """The times along a dimension, and what all of them tell together.

    Attributes:
        bounds: the name of the variable that holds each period's begin and end, empty where there is none.
        records: how many there are.
        unit: in microseconds.
        quantum: to how many microseconds times are rounded.
        is_end: whether a stamp is the end of its period, where the bounds tell.
        period: from begin to end, where the bounds tell it and it is the same throughout.
    """

    variable: Variable
    dimension: str
    bounds: str
    records: int
    unit: int
    epoch: np.datetime64
    quantum: int
    utc_offset: np.timedelta64 | None
    is_end: bool | None
    period: np.timedelta64 | None

    def counts(self, first: int, behind: int) -> NDArray[np.float64]:
        """The times from one record up to another as the file has them."""
        return to_floats(self.variable, 0, first, behind)

    def times(self, counts: NDArray[np.float64]) -> NDArray[np.datetime64]:
        """What they are; NaT where one is none of the calendar."""
        within = _within(counts, self.unit, self.epoch)
        microseconds = np.round(np.where(within, counts, 0) * self.unit / self.quantum)
        microseconds *= self.quantum
        times: NDArray[np.datetime64] = self.epoch + microseconds.astype(np.int64).astype("timedelta64[us]")
        times[~within] = np.datetime64("NaT")
        return times

    def text(self, count: float) -> str:
        """A record's time as the file has it."""
        return f"{self.variable.name} = {count:.17g}"


def read(contents: Contents, size: int | None = None) -> list[Time]:
    """The time of each dimension that has one, gone through so many bytes at a time.

    Raises FormatError where there is none, or it can't be read.
    """
    by_dimension: dict[str, list[Variable]] = {}
    for variable in contents.variables.values():
        is_time = variable.kind in "iuf" and " since " in f"{variable.text('units').lower()} "
        if is_time and variable.dimensions is not None and len(variable.dimensions) == 1:
            by_dimension.setdefault(variable.dimensions[0], []).append(variable)
    if not by_dimension:
        within = f"; there are groups: {', '.join(contents.groups)}" if contents.groups else ""
        raise FormatError(f"no variable of time, with units such as 'seconds since 1970-01-01'{within}", "", DEMAND)
    return [_read(contents, _choose(dimension, variables), size) for dimension, variables in by_dimension.items()]


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


def _read(contents: Contents, variable: Variable, size: int | None) -> Time:
    found = UNITS.fullmatch(variable.text("units"))
    unit = MICROSECONDS.get(found["unit"].lower()) if found else None
    calendar = variable.text("calendar").lower()
    if found is None or unit is None or calendar not in CALENDARS:
        of_calendar = f" in the calendar '{calendar}'" if calendar not in CALENDARS else ""
        raise FormatError(f"times of '{variable.name}' are '{variable.text('units')}'{of_calendar}", "", DEMAND)
    epoch = _epoch(found, variable)
    dimension, records = (variable.dimensions or ("",))[0], variable.shape[0]
    bounds = contents.variables.get(variable.text("bounds"))
    has_sides = bounds is not None and bounds.shape == (records, 2) and bounds.kind in "iuf"
    largest, sides = 0.0, Sides()
    for first, behind in spans(contents, dimension, records, FLOATS, size):
        counts = to_floats(variable, 0, first, behind)
        largest = np.abs(counts[_within(counts, unit, epoch)]).max(initial=largest)
        if bounds is not None and has_sides:
            sides.add(counts, to_floats(bounds, 0, first, behind), unit)
    period = sides.period
    return Time(
        variable=variable,
        dimension=dimension,
        bounds=bounds.name if bounds else "",
        records=records,
        unit=unit,
        epoch=epoch,
        quantum=_quantum(variable, largest, unit),
        utc_offset=_utc_offset(found["zone"], contents),
        is_end=None if period is None else sides.is_end,
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


def _within(counts: NDArray[np.float64], unit: int, epoch: np.datetime64) -> NDArray[np.bool_]:
    lowest, highest = ((limit - epoch).astype(np.int64) for limit in (FIRST, LAST))
    return np.isfinite(counts) & (counts >= lowest / unit) & (counts < highest / unit)


def _quantum(variable: Variable, largest: float, unit: int) -> int:
    """To what times are rounded: several times the resolution of the file's own type, or of a double."""
    is_single = variable.itemsize <= 4 and variable.kind == "f"  # noqa: PLR2004 - bytes of a single
    step = np.spacing(np.float32(largest)) if is_single else np.spacing(largest)
    resolution = float(step) * unit
    if resolution > COARSEST_US:
        what = f"times of '{variable.name}' have a resolution of {resolution / 1e6:g} s, that of a second expected"
        raise FormatError(what, "", DEMAND)
    return next((quantum for quantum in QUANTA_US if quantum >= 4 * resolution), QUANTA_US[-1])


@dataclass(slots=True)
class Sides:
    """What the bounds of times have told so far.

    Attributes:
        seconds: each length of a period; more than two are as good as two.
        may_be: whether all stamps so far are the begin, and the end, of their periods.
    """

    seconds: set[float] = field(default_factory=set)
    may_be: dict[bool, bool] = field(default_factory=lambda: {False: True, True: True})

    def add(self, counts: NDArray[np.float64], bounds: NDArray[np.float64], unit: int) -> None:
        """Take in some times, and the begins and ends of their periods."""
        begins, ends = bounds.T
        with np.errstate(over="ignore", invalid="ignore"):
            lengths = np.unique(np.round((ends - begins) * unit / 1e6))
        self.seconds |= set(lengths[:2].tolist())
        for is_end, side in ((False, begins), (True, ends)):
            self.may_be[is_end] &= bool(np.allclose(counts, side, rtol=0, atol=COARSEST_US / unit))

    @property
    def period(self) -> np.timedelta64 | None:
        """The one length of all periods."""
        (length, *others) = self.seconds or {0.0}
        return np.timedelta64(int(length), "s") if not others and 0 < length < LONGEST_S else None

    @property
    def is_end(self) -> bool | None:
        """Which side all stamps mark; the begin where they mark both."""
        return next((is_end for is_end, may_be in self.may_be.items() if may_be), None)


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
