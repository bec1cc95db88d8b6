"""Dates of which day and month may stand in either order: read in every order, and settled by what the file proves.

A proof is a stamp that exists in one order alone (12/13/05), or midnights over which the rows run on in one order alone
(23:50 on 1/12 before 0:00 on 2/12). Where there is neither, nothing is settled.
"""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Times = NDArray[np.datetime64]
Numbers = NDArray[np.int64]
Order = Literal["year first", "month first", "day first"]

STAMP = (
    r"^\s*(?P<first>\d{1,4})[/.-](?P<second>\d{1,2})[/.-](?P<third>\d{1,4})"
    r"(?:\s+[^\s\d]+)?"  # a weekday may follow the date
    r"\s+(?P<hours>\d{1,2}):(?P<minutes>\d{2})(?::(?P<seconds>\d{2}))?(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?\s*$"
)
CENTURY_TURNS = 70  # a year of two digits: 70 is 1970, 69 is 2069
FIRST_YEAR, LAST_YEAR = 1900, 2199  # others are a garbled line or a dead clock
DAY = 86_400


def read(texts: pa.ChunkedArray[Any]) -> dict[Order, Times]:
    """Read `12/1/05 16:40`, `2011/11/6 Sunday 00:00:00` or `1/12/2005 4:40 PM` in each order, NaT where that fails."""
    parts = {name: _part(texts, name) for name in ("first", "second", "third", "hours", "minutes", "seconds", "half")}
    first, second, third = (_numbers(parts[name]) for name in ("first", "second", "third"))
    seconds = _seconds_of_day(parts)
    year_at_front = (_lengths(parts["first"]) == 4) & (_lengths(parts["third"]) <= 2)  # noqa: PLR2004 - digits
    year_at_end = np.isin(_lengths(parts["third"]), (2, 4)) & (_lengths(parts["first"]) <= 2)  # noqa: PLR2004 - digits
    short = _lengths(parts["third"]) == 2  # noqa: PLR2004 - digits
    year = np.where(short, third + np.where(third < CENTURY_TURNS, 2000, 1900), third)
    return {
        "year first": _times(first, second, third, seconds, year_at_front),
        "month first": _times(year, first, second, seconds, year_at_end),
        "day first": _times(year, second, first, seconds, year_at_end),
    }


def settled(by_order: dict[Order, Times]) -> Order | None:
    """The one order that the stamps prove, None where they prove none or contradict each other."""
    by_month, by_day = by_order["month first"], by_order["day first"]
    month, day = ~np.isnat(by_month), ~np.isnat(by_day)
    if not np.isnat(by_order["year first"]).all():
        return None if (month | day).any() else "year first"
    if (month & ~day).any() != (day & ~month).any():
        return "month first" if (month & ~day).any() else "day first"
    if (month & ~day).any() or not month.any():
        return None
    if np.array_equal(by_month[month], by_day[month]):  # 5/5, 6/6: the same in any order
        return "month first"
    months, days = _running_on(by_month[month]), _running_on(by_day[month])
    if months == days:
        return None
    return "month first" if months > days else "day first"


def _running_on(times: Times) -> int:
    """How many rows follow the one before at the commonest step."""
    steps = np.diff(times)
    steps = steps[steps > np.timedelta64(0, "s")]
    return int(np.unique(steps, return_counts=True)[1].max()) if len(steps) else 0


def _part(texts: pa.ChunkedArray[Any], name: str) -> Any:
    parts: Any = pc.extract_regex(texts, STAMP)
    return pc.fill_null(pc.struct_field(parts, name), "")


def _numbers(part: Any) -> Numbers:
    return np.array([int(text or -1) for text in part.to_pylist()], dtype=np.int64)


def _lengths(part: Any) -> Numbers:
    return np.asarray(pc.utf8_length(part).to_numpy(), dtype=np.int64)


def _seconds_of_day(parts: dict[str, Any]) -> Numbers:
    """Seconds since midnight, -1 where the time isn't one."""
    hours, minutes, seconds = (_numbers(parts[name]) for name in ("hours", "minutes", "seconds"))
    half = pc.utf8_lower(parts["half"]).to_numpy()
    of_twelve = half != ""
    good = (minutes < 60) & (seconds < 60) & (hours >= of_twelve) & (hours < np.where(of_twelve, 13, 24))  # noqa: PLR2004
    hours = np.where(of_twelve, hours % 12 + np.where(half == "p", 12, 0), hours)
    return np.where(good, hours * 3600 + minutes * 60 + np.maximum(seconds, 0), -1)


def _times(year: Numbers, month: Numbers, day: Numbers, seconds: Numbers, good: NDArray[np.bool_]) -> Times:
    good = good & (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (month >= 1) & (month <= 12) & (seconds >= 0)  # noqa: PLR2004
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    lengths = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    good = good & (day >= 1) & (day <= lengths)
    elapsed = np.where(good, (day - 1) * DAY + seconds, 0).astype("timedelta64[s]")
    return np.where(good, months.astype("datetime64[us]") + elapsed, np.datetime64("NaT", "us"))
