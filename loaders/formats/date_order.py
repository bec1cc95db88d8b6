"""What stamps tell of the order of their day and month, so that those of a file's pieces can tell it together.

Of two ways to read them, the first has the day first and the second the month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OUTVOTED = 10  # so many rows tell the order for each that contradicts them, and is then a garbled one
PARTS = 3  # of a date
NO_TIME = np.iinfo(np.int64).min  # NaT, as a number

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Days:
    """How rows go on, by each way to read them.

    Attributes:
        shortest: the shortest step within a day; None where no row follows on another of the same day.
        across: the steps to another day that are not longer than that.
        first: the first row, (1, 5): the three parts of its date, and its time in both ways. Empty where it has none.
        last: the last one.
    """

    shortest: tuple[int | None, ...]
    across: tuple[frozenset[int], ...]
    first: Rows
    last: Rows

    @classmethod
    def of(cls, rows: Rows) -> Days:
        """What rows tell, as `first` has one."""
        shortest, across = [], []
        another_day = (np.diff(rows[:, :PARTS], axis=0) != 0).any(axis=1)
        for times in rows[:, PARTS:].T:
            is_time = times != NO_TIME
            steps = np.diff(times)
            goes_on = is_time[1:] & is_time[:-1] & (steps > 0)
            within = steps[goes_on & ~another_day]
            shortest.append(int(within.min()) if len(within) else None)
            across.append(frozenset(np.unique(steps[goes_on & another_day]).tolist()))
        return cls(tuple(shortest), _as_short(across, shortest), rows[:1], rows[-1:])

    def __add__(self, later: Days) -> Days:
        between = Days.of(np.concatenate([self.last, later.first]))
        shortest, across = [], []
        for way in range(len(self.shortest)):
            found = [days.shortest[way] for days in (self, between, later)]
            shortest.append(min((step for step in found if step is not None), default=None))
            across.append(frozenset().union(*(days.across[way] for days in (self, between, later))))
        return Days(tuple(shortest), _as_short(across, shortest), self.first, later.last)

    def goes_on(self, way: int) -> bool:
        """Whether the rows go on by their own time step when a day ends."""
        return self.shortest[way] in self.across[way]


def _as_short(across: list[frozenset[int]], shortest: list[int | None]) -> tuple[frozenset[int], ...]:
    return tuple(
        steps if least is None else frozenset(step for step in steps if step <= least)
        for steps, least in zip(across, shortest, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Votes:
    """What stamps tell of their order.

    Attributes:
        rows: how many there are.
        is_open: whether some have no points, and a year at the end.
        differs: whether some aren't the same in both ways.
        first_told: the way that the first of them tells which can be read in one alone.
        votes: how many of them can be read in the one way alone, and in the other.
        days: how rows go on, where no stamp tells by itself.
    """

    rows: int = 0
    is_open: bool = False
    differs: bool = False
    first_told: int | None = None
    votes: tuple[int, int] = (0, 0)
    days: Days | None = None

    def __add__(self, later: Votes) -> Votes:
        if not (self.rows and later.rows):
            return self if self.rows else later
        return Votes(
            self.rows + later.rows,
            self.is_open or later.is_open,
            self.differs or later.differs,
            later.first_told if self.first_told is None else self.first_told,
            (self.votes[0] + later.votes[0], self.votes[1] + later.votes[1]),
            self.days + later.days if self.days and later.days else None,
        )

    @property
    def way(self) -> int | None:
        """The way to read them that they tell, None where they tell none."""
        day_first, month_first = self.votes
        if not (self.is_open and self.differs) or day_first > month_first * OUTVOTED:
            return 0
        if month_first > day_first * OUTVOTED:
            return 1
        if self.days is None or self.days.goes_on(0) == self.days.goes_on(1):
            return None
        return int(self.days.goes_on(1))
