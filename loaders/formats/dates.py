"""Timestamps whose day, month and year stand in the order of somebody's locale.

Which order that is, the file must tell: by a year that comes first, by points between the parts (every locale that has
them puts the day first), by a part above 12, or by going on at midnight by its own time step in one order alone.
A weekday may follow the date. Years of two digits are read where the format is known to have them, and on the side that
the rows put them on.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from loaders.formats import stamps as plain
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
OUTVOTED = 10  # so many rows tell the order for each that contradicts them, and is then a garbled one

BLANK = "[ \u00a0\u202f]"  # also those that don't break, which Windows has put into times since 2023

# Words for before and after noon, as patterns; those of other scripts may have been read as if they were cp1252.
FORENOON, AFTERNOON = (rf"{letter}\.?{BLANK}?m\.?" for letter in "ap")
BY_ENCODING = {"cp949": ("오전", "오후"), "gbk": ("上午", "下午"), "cp1253": ("πμ", "μμ")}
GREEK = (rf"π\.{BLANK}?μ\.", rf"μ\.{BLANK}?μ\.")
VIETNAMESE = ("SA", "CH")  # only behind the hour: before it Sa may be a Saturday


def _garbled(word: str, encoding: str) -> str:
    return word.encode(encoding).decode("cp1252", errors="replace")


def _words(place: int) -> str:
    """The words for a half of the day that stand on either side of the hour."""
    words = [words[place] for words in BY_ENCODING.values()]
    garbled = [_garbled(words[place], encoding) for encoding, words in BY_ENCODING.items()]
    return "|".join([(FORENOON, AFTERNOON)[place], GREEK[place], *words, *garbled])


HALF = f"(?i:{_words(0)}|{_words(1)})"
STAMP = (
    rf"^\s*(?P<first>\d{{1,4}})(?P<mark>[./-]){BLANK}?(?P<second>\d{{1,2}})[./-]{BLANK}?(?P<third>\d{{1,4}})"
    r"\.?[ T,;\x{a0}\x{202f}]+"
    rf"(?:[^\s\d\x{{a0}}\x{{202f}}]+(?:,|{BLANK})+)??"  # a weekday, unless it is a word for the half of the day
    rf"(?:(?P<half_before>{HALF}){BLANK}*)?"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<whole>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    rf"(?:{BLANK}*(?P<half_after>{HALF}|(?i:{'|'.join(VIETNAMESE)})))?"
    rf"{BLANK}*(?P<zone>Z|[+-]\d\d:?\d\d)?\s*$"
)


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

    `tell_years` then tells whether it is not the year that comes first.
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
    return np.where(_has_two(third) & (first < FIRST_YEAR), _in_full(years), years)


def _has_two(digits: Any) -> Mask:
    return np.asarray(np.asarray(pc.utf8_length(digits).to_numpy()) == len("05"))


def _in_full(years: Numbers) -> Numbers:
    return years + np.where(years < CENTURY_TURNS, 2000, 1900)


def _is(column: pa.Array[Any], word: str) -> Mask:
    return np.asarray(pc.equal(column, pa.scalar(word)).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _clock(hour: Numbers, minute: Numbers, whole: Numbers, fraction: Numbers, half: pa.Array[Any]) -> Numbers:
    has_half = ~_is(half, "")
    afternoon = f"^(?i:{_words(1)}|{VIETNAMESE[1]})$"
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


def settle(stamps: Stamps) -> Order | None:
    """The order that the stamps themselves tell, None where they can be read in both."""
    doubtful = stamps.legible & ~stamps.year_first & (stamps.third >= FIRST_YEAR)
    if not (doubtful & ~stamps.dotted).any():
        return DAY_FIRST
    same = bool((stamps.first == stamps.second)[doubtful].all())
    day_first = int((doubtful & (stamps.first > MONTHS)).sum())
    month_first = int((doubtful & (stamps.second > MONTHS)).sum())
    if same or day_first > month_first * OUTVOTED:
        return DAY_FIRST
    if month_first > day_first * OUTVOTED:
        return MONTH_FIRST
    return None if day_first or month_first else _settle_at_midnight(stamps)


def _settle_at_midnight(stamps: Stamps) -> Order | None:
    """The order in which the rows go on by their own time step when a day ends, if they do so in one order alone."""
    goes_on = [_goes_on(stamps, order) for order in ORDERS]
    if goes_on[0] == goes_on[1]:
        return None
    return DAY_FIRST if goes_on[0] else MONTH_FIRST


def _goes_on(stamps: Stamps, order: Order) -> bool:
    steps = np.diff(to_times(stamps, order))
    another_day = (np.diff(stamps.first) != 0) | (np.diff(stamps.second) != 0) | (np.diff(stamps.third) != 0)
    within = steps[~another_day & (steps > np.timedelta64(0))]
    return bool(len(within) and (steps[another_day] == within.min()).any())


def tell_years(stamps: Stamps, texts: pa.ChunkedArray[Any], lines: Numbers) -> Stamps:
    """The stamps with their year of two digits where the rows put it, first or last.

    A part that is neither day nor month is the year, and one that was written with a single digit is none; else the
    rows go on at midnight with the year on one side alone. Raises Undecided where they don't tell.
    """
    either, day = stamps.year_on_either_side, stamps.third % 100
    if not either.any():
        return stamps
    last = (
        stamps.legible & ~stamps.year_first & (~either | (day < 1) | (day > LONGEST_MONTH) | (stamps.second > MONTHS))
    )
    first = either & ((stamps.first < 1) | (stamps.first > LONGEST_MONTH))
    turned = replace(
        stamps,
        first=np.where(either, _in_full(stamps.first), stamps.first),
        third=np.where(either, day, stamps.third),
    )
    for_last, for_first = int(last.sum()), int(first.sum())
    if not (for_last or for_first):
        for_last = any(_goes_on(stamps, order) for order in ORDERS)
        for_first = _goes_on(turned, DAY_FIRST)
    if for_last > for_first * OUTVOTED:
        return stamps
    if for_first > for_last * OUTVOTED:
        return turned
    row = int(np.flatnonzero(either)[0])
    raise Undecided(
        f"'{texts[row].as_py()}' may have its year first or last, and no other row tells; {EXPECTED} expected",
        f"line {lines[row]}",
        "export it with years of four digits, or over a period with a midnight",
    )


def settle_or_refuse(stamps: Stamps, texts: pa.ChunkedArray[Any], lines: Numbers) -> Order:
    """The order that the stamps tell; raises Undecided where they don't."""
    if order := settle(stamps):
        return order
    row = int(np.flatnonzero(stamps.legible & ~stamps.year_first)[0])
    raise Undecided(
        f"'{texts[row].as_py()}' may be day, month or month, day, and no other row tells; {EXPECTED} that has one "
        "meaning expected",
        f"line {lines[row]}",
        "export it with the year first, or over a period with a midnight or a day after the 12th",
    )


def decided(stamps: Stamps, order: Order) -> dict[str, object]:
    """The order that stamps were read in, unless they are the same in the other: see `LoggerFile.decided`."""
    doubtful = stamps.legible & ~stamps.year_first & (stamps.third >= FIRST_YEAR)
    return {"order": order} if (doubtful & (stamps.first != stamps.second)).any() else {}


@dataclass(frozen=True, slots=True)
class Read:
    """The times by one clock, its offset from UTC if the stamps have zones, and what they decided together."""

    times: Times
    utc_offset: np.timedelta64 | None
    decided: dict[str, object]


def read(texts: pa.ChunkedArray[Any], lines: Numbers) -> Read:
    """Read stamps by one clock: where they have zones, that of the first.

    Where some stamps have a zone, those without one are no times. Raises FormatError where day and month can't be told
    apart.
    """
    times = plain.read_iso(texts)
    if not np.isnat(times).any():  # most files; ten times as fast as what follows
        return Read(times, None, {"zones": False} if len(times) else {})
    stamps = take_apart(texts)
    order = settle_or_refuse(stamps, texts, lines)
    times = to_times(stamps, order)
    zoned = np.flatnonzero(stamps.zoned & ~np.isnat(times))
    told = decided(stamps, order) | ({} if np.isnat(times).all() else {"zones": bool(len(zoned))})
    if not len(zoned):
        return Read(times, None, told)
    zone = stamps.zone[zoned[0]]
    times += (zone - stamps.zone).astype("timedelta64[m]")
    times[~stamps.zoned] = np.datetime64("NaT")
    return Read(times, np.timedelta64(int(zone) * 60, "s"), told)
