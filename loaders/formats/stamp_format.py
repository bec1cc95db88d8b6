"""Timestamps by a format that someone has said, in the letters of `strptime`, read as whole columns.

%Y %y %m %d %j %b tell the date, %H %I %p %M %S %f the time, %z its zone (what is read is UTC then), %s seconds since
1970. A blank stands for one or more, 24:00:00 is the end of its day, a year of two digits lies between 1969 and 2068.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Times = NDArray[np.datetime64]

PATTERNS = {
    "Y": r"[0-9]{4}",
    "y": r"[0-9]{2}",
    "j": r"[0-9]{1,3}",
    "b": r"[A-Za-z]{3,9}",
    "p": r"(?i:[ap]\.?m\.?)",
    "f": r"[0-9]{1,9}",
    "s": r"[0-9]{1,11}",
    "z": r"Z|[+-][0-9]{2}:?[0-9]{2}",
}
TWO_DIGITS = "mdHIMS"
END = r"\s*$"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FIRST_YEAR, LAST_YEAR = 1900, 2199  # others are a garbled line or a dead clock
CENTURY = 69  # the first year of two digits that lies in the century before, by POSIX
DAY_US = 86_400_000_000
MINUTE_US = 60_000_000
HALF_DAY_H = 12
DATES = ({"m", "d"}, {"b", "d"}, {"j"})


@dataclass(frozen=True, slots=True)
class StampFormat:
    """A format that tells a date, and what it looks like."""

    text: str
    pattern: str
    letters: frozenset[str]

    def read(self, stamps: pa.ChunkedArray[Any]) -> Times:
        """The timestamps as datetime64[us], NaT where one is not of this format or not of the calendar."""
        found: Any = pc.extract_regex(stamps, self.pattern)
        parts = found.combine_chunks()
        legible = np.asarray(pc.is_valid(parts).to_numpy(zero_copy_only=False))
        numbers = {letter: _number(pc.struct_field(parts, letter), letter) for letter in self.letters}
        if "s" in numbers:
            times = (numbers["s"] * 1_000_000 + numbers.get("f", np.int64(0))).astype("datetime64[us]")
            return _or_none(times, legible & (times < np.datetime64(f"{LAST_YEAR + 1}", "us")))
        days, is_day = _days(numbers, len(stamps))
        clock, is_clock = _clock(numbers, len(stamps))
        clock = clock - numbers.get("z", np.int64(0)) * MINUTE_US
        return _or_none(days.astype("datetime64[us]") + clock.astype("timedelta64[us]"), legible & is_day & is_clock)


@lru_cache(maxsize=4096)
def compiled(text: str) -> StampFormat:
    """The format ready for use; ValueError with a sentence where it tells no time."""
    pieces = re.split(r"(%.|\s+)", text.strip())
    pattern = []
    letters = []
    for place, piece in enumerate(pieces):
        if piece.startswith("%") and piece != "%%":
            alone = not (_touches(pieces[place - 2 : place]) or _touches(pieces[place + 1 : place + 3][::-1]))
            pattern.append(_part(piece[1:], alone=alone))
            letters.append(piece[1:])
        else:
            pattern.append(r"\s+" if piece.isspace() else re.escape("%" if piece == "%%" else piece))
    twice = next((letter for place, letter in enumerate(letters) if letter in letters[:place]), None)
    problem = f"'%{twice}' stands twice in it" if twice else _untold(frozenset(letters))
    if problem:
        raise ValueError(problem)
    return StampFormat(text, rf"^\s*{''.join(pattern)}{END}", frozenset(letters))


def untold(text: str) -> str:
    """Why a format tells no time, as a sentence; empty where it does."""
    try:
        compiled(text)
    except ValueError as problem:
        return str(problem)
    return ""


def _part(letter: str, *, alone: bool) -> str:
    """The pattern of one part: two digits may be one where something stands around them."""
    if letter in TWO_DIGITS:
        return f"(?P<{letter}>{r'[0-9]{1,2}' if alone else r'[0-9]{2}'})"
    if letter not in PATTERNS:
        raise ValueError(f"'%{letter}' is not among %Y %y %m %d %j %b %H %I %p %M %S %f %z %s")
    return f"(?P<{letter}>{PATTERNS[letter]})"


def _touches(neighbours: list[str]) -> bool:
    """Whether nothing stands between a part and the next, so that only its width tells where it ends."""
    return len(neighbours) == 2 and not neighbours[1] and neighbours[0].startswith("%")  # noqa: PLR2004 - part, gap


def _untold(letters: frozenset[str]) -> str:
    """What the format leaves open; empty where it tells a date and, if it does, one time of the day."""
    if "s" in letters:
        return "" if letters <= {"s", "f"} else "%s stands alone, or with %f"
    if len(letters & {"Y", "y"}) != 1:
        return "it tells no year: %Y or %y"
    if letters & {"m", "d", "b", "j"} not in DATES:
        return "it tells no day: %m and %d, %b and %d, or %j"
    if ("p" in letters) != ("I" in letters) or {"H", "I"} <= letters:
        return "it tells no hour: %H, or %I with %p"
    for smaller, larger in (("M", {"H", "I"}), ("S", {"M"}), ("f", {"S"})):
        if smaller in letters and not letters & larger:
            return f"%{smaller} needs %{' or %'.join(sorted(larger))}"
    return ""


def _number(found: Any, letter: str) -> Numbers:
    """A part as a number; -1 for a word that is no month, 1 for the afternoon, minutes for a zone."""
    words: Any = pc.fill_null(found, "")
    if letter == "b":
        short = pc.utf8_slice_codeunits(pc.utf8_lower(words), 0, 3)
        places: Any = pc.fill_null(pc.index_in(short, pa.array(MONTHS)), -2)
        return np.asarray(places.to_numpy(), dtype=np.int64) + 1
    if letter == "p":
        return np.asarray(pc.starts_with(pc.utf8_lower(words), "p").to_numpy(zero_copy_only=False), dtype=np.int64)
    if letter == "z":
        return _zone_minutes(words)
    if letter == "f":
        words = pc.utf8_slice_codeunits(pc.utf8_rpad(words, 6, "0"), 0, 6)
    digits = pc.if_else(pc.equal(words, pa.scalar("")), "0", words)
    return np.asarray(digits.cast(pa.int64()).to_numpy(), dtype=np.int64)


def _zone_minutes(zones: Any) -> Numbers:
    digits: Any = pc.replace_substring_regex(zones, "[^0-9]", "")
    number = np.asarray(pc.if_else(pc.equal(digits, pa.scalar("")), "0", digits).cast(pa.int64()).to_numpy())
    minutes = number // 100 * 60 + number % 100
    is_west = np.asarray(pc.starts_with(zones, "-").to_numpy(zero_copy_only=False), dtype=np.bool_)
    return np.asarray(np.where(is_west, -minutes, minutes), dtype=np.int64)


def _days(numbers: dict[str, Numbers], rows: int) -> tuple[Times, NDArray[np.bool_]]:
    """The days, and whether the calendar has them."""
    short = numbers.get("y", np.zeros(rows, dtype=np.int64))
    year = numbers.get("Y", short + np.where(short < CENTURY, 2000, 1900))
    one = np.ones(rows, dtype=np.int64)
    by_year = "j" in numbers
    month = one if by_year else numbers.get("m", numbers.get("b", one))
    day = numbers.get("j", numbers.get("d", one))
    possible = (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (month >= 1) & (month <= len(MONTHS)) & (day >= 1)
    months = (np.where(possible, year, FIRST_YEAR) - 1970) * len(MONTHS) + np.where(possible, month, 1) - 1
    first = months.astype("datetime64[M]")
    days: Times = first.astype("datetime64[D]") + (np.where(possible, day, 1) - 1).astype("timedelta64[D]")
    unit = "datetime64[Y]" if by_year else "datetime64[M]"
    return days, possible & (days.astype(unit) == first.astype(unit))


def _clock(numbers: dict[str, Numbers], rows: int) -> tuple[Numbers, NDArray[np.bool_]]:
    """The time of the day in microseconds, and whether a day has it."""
    none = np.zeros(rows, dtype=np.int64)
    hour, minute, second = (numbers.get(letter, none) for letter in "HMS")
    possible = (minute < 60) & (second < 60)  # noqa: PLR2004 - as clocks have it
    if "I" in numbers:
        possible &= (numbers["I"] >= 1) & (numbers["I"] <= HALF_DAY_H)
        hour = numbers["I"] % HALF_DAY_H + HALF_DAY_H * numbers["p"]
    clock = ((hour * 60 + minute) * 60 + second) * 1_000_000 + numbers.get("f", none)
    return clock, possible & (clock <= DAY_US)


def _or_none(times: Times, known: NDArray[np.bool_]) -> Times:
    return np.where(known, times, np.datetime64("NaT", "us"))
