"""Times of mixed-array rows: a year, a day of the year, and hours and minutes as one number."""

import numpy as np
from numpy.typing import NDArray

FIRST_YEAR, LAST_YEAR = 1900, 2199  # others are a garbled line or a dead clock, as in stamps.py
MIDNIGHT = 2400  # the end of a day


def read(
    years: NDArray[np.float64], days: NDArray[np.float64], clocks: NDArray[np.float64]
) -> tuple[NDArray[np.datetime64], dict[int, str]]:
    """Read as datetime64[us], NaT where there is none; by row, why."""
    possible = are_possible(years, days, clocks)
    whys = {
        row: f"{years[row]:g},{days[row]:g},{clocks[row]:g} is no time; year, day of the year and hhmm expected"
        for row in np.flatnonzero(~possible).tolist()
    }
    rows = np.flatnonzero(possible)
    year, day, clock = (column[rows].astype(np.int64) for column in (years, days, clocks))
    dates = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + (day - 1)
    minutes = clock // 100 * 60 + clock % 100
    times = np.full(len(years), np.datetime64("NaT"), dtype="datetime64[us]")
    times[rows] = dates.astype("datetime64[us]") + minutes.astype("timedelta64[m]")
    for row in rows[doubtful_midnights(dates.astype(np.int64), clock)].tolist():
        whys[row] = f"{clocks[row]:g} of day {days[row]:g} may be the beginning or the end of it by the rows beside it"
        times[row] = np.datetime64("NaT")
    return times, whys


def are_possible(
    years: NDArray[np.float64], days: NDArray[np.float64], clocks: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether these are whole numbers and together a time of the calendar."""
    with np.errstate(invalid="ignore"):
        whole = (years % 1 == 0) & (days % 1 == 0) & (clocks % 1 == 0)
        leap = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
        in_year = (years >= FIRST_YEAR) & (years <= LAST_YEAR) & (days >= 1) & (days <= np.where(leap, 366, 365))
        in_day = (clocks >= 0) & (clocks <= MIDNIGHT) & (clocks % 100 < 60)  # noqa: PLR2004  # minutes
    return np.asarray(whole & in_year & in_day)


def doubtful_midnights(days: NDArray[np.int64], clocks: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Midnights that the rows beside them put at the other end of their day.

    A logger's program may write 2400 with the day that begins, or 0 with the day that ends. Read as usual, the row
    would stand a whole day from its place.
    """
    if not len(days):
        return np.zeros(0, dtype=bool)
    none = np.iinfo(np.int64).min
    day_before, day_after = np.append(none, days[:-1]), np.append(days[1:], none)
    clock_before, clock_after = np.append(0, clocks[:-1]), np.append(clocks[1:], 0)
    day_goes_on = (day_after == days) & (clock_after < MIDNIGHT)
    is_last = day_after == none
    follows_yesterday = (day_before == days - 1) & (clock_before < MIDNIGHT)
    begins_day = (day_before != days) & (day_goes_on | (is_last & follows_yesterday))
    ends_day = (day_before == days) & (clock_before > 0) & (day_after != days)
    return np.asarray(((clocks == MIDNIGHT) & begins_day) | ((clocks == 0) & ends_day))
