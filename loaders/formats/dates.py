"""Timestamps whose day, month and year stand in the order of somebody's locale.

Which order that is, the file must tell: by a year that comes first, by points between the parts (every locale that has
them puts the day first), by a part above 12, or by going on at midnight by its own time step in one order alone.
A weekday may follow the date. Years of two digits are read where the format is known to have them, and on the side that
the rows put them on.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from loaders.formats import stamps as plain
from loaders.formats.date_order import Days, Votes
from loaders.formats.date_words import STAMP, VIETNAMESE, half_of_day
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Undecided

Order = Literal["day, month", "month, day"]
Times = NDArray[np.datetime64]
Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]

DAY_FIRST: Order = "day, month"
MONTH_FIRST: Order = "month, day"
ORDERS = (DAY_FIRST, MONTH_FIRST)
EXPECTED = "a date with a year of four digits, and hh:mm[:ss]"
MONTHS = 12
LONGEST_MONTH = 31
DAY_S = 86_400
HALF_DAY_H = 12
FIRST_YEAR, LAST_YEAR = 1900, 2199  # others are a garbled line or a dead clock
CENTURY_TURNS = 70  # a year of two digits: 70 is 1970, 69 is 2069


@dataclass(frozen=True, slots=True)
class Stamps:
    """Timestamps taken apart, an array for each part; where `legible` is False they are no timestamps.

    Attributes:
        clock: the time of the day in microseconds, -1 where the day has no such time.
        zone: minutes that the stamp's own zone is ahead of UTC; `zoned` tells where it has one.
        year_on_either_side: where first and third have two digits each, so that either may be a year.
    """

    legible: Mask
    first: Numbers
    second: Numbers
    third: Numbers
    dotted: Mask
    clock: Numbers
    zone: Numbers
    zoned: Mask
    year_on_either_side: Mask

    @property
    def year_first(self) -> Mask:
        """Where the year comes first, so that nothing is left to settle."""
        return self.legible & (self.first >= FIRST_YEAR)


def take_apart(texts: pa.ChunkedArray[Any], *, short_years: bool = False) -> Stamps:
    """Take an array of timestamps apart; with `short_years`, a year of two digits at the end is one of 1970 to 2069.

    `date_years` then tells whether it is not the year that comes first.
    """
    parts: Any = pc.extract_regex(texts, STAMP)
    found = parts.combine_chunks()
    legible = np.asarray(pc.is_valid(found).to_numpy(zero_copy_only=False))

    def words(name: str) -> Any:
        return pc.fill_null(pc.struct_field(found, name), "")

    def number(name: str) -> Numbers:
        return _integers(words(name))

    half = pc.utf8_lower(pc.binary_join_element_wise(words("half_before"), words("half_after"), pa.scalar("")))
    fraction = _integers(pc.utf8_slice_codeunits(pc.utf8_rpad(words("fraction"), 6, "0"), 0, 6))
    zone = words("zone")
    return Stamps(
        legible=legible,
        first=number("first"),
        second=number("second"),
        third=_full_years(words("third"), number("first")) if short_years else number("third"),
        year_on_either_side=legible & short_years & _has_two(words("first")) & _has_two(words("third")),
        dotted=_is(words("mark"), "."),
        clock=_clock(number("hour"), number("minute"), number("whole"), fraction, half),
        zone=_zone_minutes(zone),
        zoned=~_is(zone, ""),
    )


def _integers(digits: pa.Array[Any]) -> Numbers:
    numbers = pc.if_else(pc.equal(digits, pa.scalar("")), "0", digits).cast(pa.int64())
    return np.asarray(numbers.to_numpy(), dtype=np.int64)


def _full_years(third: Any, first: Numbers) -> Numbers:
    years = _integers(third)
    return np.where(_has_two(third) & (first < FIRST_YEAR), in_full(years), years)


def _has_two(digits: Any) -> Mask:
    return np.asarray(np.asarray(pc.utf8_length(digits).to_numpy()) == len("05"))


def in_full(years: Numbers) -> Numbers:
    """Years of two digits in four: 1970 to 2069."""
    return years + np.where(years < CENTURY_TURNS, 2000, 1900)


def _is(column: pa.Array[Any], word: str) -> Mask:
    return np.asarray(pc.equal(column, pa.scalar(word)).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _clock(hour: Numbers, minute: Numbers, whole: Numbers, fraction: Numbers, half: pa.Array[Any]) -> Numbers:
    has_half = ~_is(half, "")
    afternoon = f"^(?i:{half_of_day(1)}|{VIETNAMESE[1]})$"
    late = np.asarray(pc.match_substring_regex(half, afternoon).to_numpy(zero_copy_only=False))
    hours = np.where(has_half, hour % HALF_DAY_H + HALF_DAY_H * late, hour)
    clock = ((hours * 60 + minute) * 60 + whole) * 1_000_000 + fraction
    # 24:00 is the end of its day
    possible = (minute < 60) & (whole < 60) & (clock <= DAY_S * 1_000_000)  # noqa: PLR2004 - as clocks have it
    possible &= ~has_half | ((hour >= 1) & (hour <= HALF_DAY_H))
    return np.where(possible, clock, -1)


def _zone_minutes(zone: pa.Array[Any]) -> Numbers:
    digits = pc.replace_substring(zone, ":", "")
    signed = np.where(np.asarray(pc.starts_with(digits, "-").to_numpy(zero_copy_only=False)), -1, 1)
    number = _integers(pc.replace_substring_regex(digits, "[^0-9]", ""))
    return np.asarray(signed * (number // 100 * 60 + number % 100))


def to_times(stamps: Stamps, order: Order) -> Times:
    """The timestamps as datetime64[us], NaT where they are none; those with the year first don't need the order."""
    day, month = (stamps.first, stamps.second) if order == DAY_FIRST else (stamps.second, stamps.first)
    year_first = stamps.year_first
    year = np.where(year_first, stamps.first, stamps.third)
    month = np.where(year_first, stamps.second, month)
    day = np.where(year_first, stamps.third, day)
    possible = stamps.legible & (stamps.clock >= 0) & (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    possible &= (month >= 1) & (month <= MONTHS) & (day >= 1)
    months = (np.where(possible, year, FIRST_YEAR) - 1970) * MONTHS + np.where(possible, month, 1) - 1
    begins = months.astype("datetime64[M]")
    days = begins.astype("datetime64[D]") + (np.where(possible, day, 1) - 1).astype("timedelta64[D]")
    possible &= days.astype("datetime64[M]") == begins
    times: Times = days.astype("datetime64[us]") + np.where(possible, stamps.clock, 0).astype("timedelta64[us]")
    times[~possible] = np.datetime64("NaT")
    return times


def votes(stamps: Stamps) -> Votes:
    """What stamps tell of their order, to be added to what others tell."""
    doubtful = stamps.legible & ~stamps.year_first & (stamps.third >= FIRST_YEAR)
    tells = [doubtful & (part > MONTHS) for part in (stamps.first, stamps.second)]
    told = np.flatnonzero(tells[0] | tells[1])
    return Votes(
        rows=len(doubtful),
        is_open=bool((doubtful & ~stamps.dotted).any()),
        differs=bool((doubtful & (stamps.first != stamps.second)).any()),
        first_told=int(tells[1][told[0]]) if len(told) else None,
        votes=(int(tells[0].sum()), int(tells[1].sum())),
        days=None if len(told) else days(stamps),
    )


def days(stamps: Stamps) -> Days:
    """How the rows go on, in both orders."""
    times = [to_times(stamps, order).astype(np.int64) for order in ORDERS]
    return Days.of(np.stack([stamps.first, stamps.second, stamps.third, *times], axis=1))


def _days_of(times: Times) -> Days:
    """The same of rows that have the year first, which are alike in both orders."""
    day, month = times.astype("datetime64[D]"), times.astype("datetime64[M]")
    months, number = month.astype(np.int64), times.astype(np.int64)
    parts = (months // MONTHS + 1970, months % MONTHS + 1, (day - month).astype(np.int64) + 1)
    return Days.of(np.stack([*parts, number, number], axis=1))


def settle(stamps: Stamps) -> Order | None:
    """The order that the stamps themselves tell, None where they can be read in both."""
    way = votes(stamps).way
    return None if way is None else ORDERS[way]


def settle_or_refuse(stamps: Stamps, texts: pa.ChunkedArray[Any], lines: Numbers, told: Votes | None = None) -> Order:
    """The order that the stamps tell, or all of the file together.

    Raises Undecided where they don't, also with the first stamp that contradicts those above.
    """
    told = told or votes(stamps)
    doubtful = np.flatnonzero(stamps.legible & ~stamps.year_first)
    if told.way is not None or not len(doubtful):
        return ORDERS[told.way or 0]
    if told.first_told is None:
        row = int(doubtful[0])
        raise Undecided(
            f"'{texts[row].as_py()}' may be day, month or month, day, and no other row tells; {EXPECTED} that has one "
            "meaning expected",
            f"line {lines[row]}",
            "export it with the year first, or over a period with a midnight or a day after the 12th",
        )
    first, other = ORDERS[told.first_told], ORDERS[1 - told.first_told]
    is_day = (stamps.first, stamps.second)[1 - told.first_told] > MONTHS
    contrary = doubtful[(is_day & (stamps.third >= FIRST_YEAR))[doubtful]]
    if not len(contrary):
        return first  # the piece that has them is refused
    row = int(contrary[0])
    raise Undecided(
        f"'{texts[row].as_py()}' is {other}, and stamps above are {first}; one order expected",
        f"line {lines[row]}",
        "export it with the year first, or cut the file where the other order begins and load the pieces",
    )


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone of the first stamp that has one, in minutes ahead of UTC."""

    minutes: int | None = None

    def __add__(self, later: Zone) -> Zone:
        return later if self.minutes is None else self


@dataclass(frozen=True, slots=True)
class Read:
    """The times by one clock, and its offset from UTC if the file's stamps have zones."""

    times: Times
    utc_offset: np.timedelta64 | None


def read(texts: pa.ChunkedArray[Any], lines: Numbers, hearing: Hearing | None = None) -> Read:
    """Read stamps by one clock: where they have zones, that of the first.

    Where some stamps of the file have a zone, those without one are no times. Raises Undecided where day and month
    can't be told apart.
    """
    hearing = hearing or Hearing()
    times = plain.read_iso(texts)
    if not np.isnat(times).any():  # most files; ten times as fast as what follows
        hearing.together(Votes(rows=len(times), days=_days_of(times)))
        zone = hearing.together(Zone()).minutes
        return Read(times, None) if zone is None else _on_the_clock(np.full_like(times, "NaT"), zone)
    stamps = take_apart(texts)
    told = hearing.together(votes(stamps))
    zone = hearing.together(_zone(stamps)).minutes
    times = to_times(stamps, settle_or_refuse(stamps, texts, lines, told))
    if zone is None:
        return Read(times, None)
    times += (zone - stamps.zone).astype("timedelta64[m]")
    times[~stamps.zoned] = np.datetime64("NaT")
    return _on_the_clock(times, zone)


def _on_the_clock(times: Times, zone: int) -> Read:
    return Read(times, np.timedelta64(zone * 60, "s"))


def _zone(stamps: Stamps) -> Zone:
    """That of the first stamp that has one and is a time, in whichever order."""
    if not stamps.zoned.any():
        return Zone()
    is_time = ~np.isnat([to_times(stamps, order) for order in ORDERS]).all(axis=0)
    zoned = np.flatnonzero(stamps.zoned & is_time)
    return Zone(int(stamps.zone[zoned[0]])) if len(zoned) else Zone()
