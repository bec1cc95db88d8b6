"""On which side of a date its year of two digits stands: the rows put it first or last, and all of them tell."""

from __future__ import annotations  # Arrow's types take parameters in its stubs alone

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from loaders.formats import dates
from loaders.formats.date_order import OUTVOTED, Days, Votes
from loaders.formats.dates import Numbers, Stamps
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Undecided


@dataclass(frozen=True, slots=True)
class Years:
    """What stamps tell of their years; of two things the first holds if the year stands last.

    Attributes:
        are_short: whether some may stand on either side.
        votes: how many stamps have the year on the one side only, and on the other.
        days: how rows go on, where no stamp tells by itself.
        orders: what they tell of day and month.
    """

    are_short: bool
    votes: tuple[int, int]
    days: tuple[Days, Days] | None
    orders: tuple[Votes, Votes]

    def __add__(self, later: Years) -> Years:
        if not (self.orders[0].rows and later.orders[0].rows):
            return self if self.orders[0].rows else later
        return Years(
            self.are_short or later.are_short,
            (self.votes[0] + later.votes[0], self.votes[1] + later.votes[1]),
            (self.days[0] + later.days[0], self.days[1] + later.days[1]) if self.days and later.days else None,
            (self.orders[0] + later.orders[0], self.orders[1] + later.orders[1]),
        )

    @property
    def side(self) -> int | None:
        """0 if the year stands last, 1 if it stands first, None where the rows don't tell."""
        last, first = self.votes
        if not self.are_short:
            return 0
        if self.days:
            last, first = self.days[0].goes_on(0) or self.days[0].goes_on(1), self.days[1].goes_on(0)
        if last > first * OUTVOTED:
            return 0
        return 1 if first > last * OUTVOTED else None


def tell_years(
    stamps: Stamps, texts: pa.ChunkedArray[Any], lines: Numbers, hearing: Hearing | None = None
) -> tuple[Stamps, Votes]:
    """The stamps with their year of two digits where the rows put it, and what they tell of day and month then.

    A part that is neither day nor month is the year, and one that was written with a single digit is none; else the
    rows go on at midnight with the year on one side alone. Raises Undecided where they don't tell.
    """
    turned = _turned(stamps)
    told = (hearing or Hearing()).together(_years(stamps, turned))
    either = np.flatnonzero(stamps.year_on_either_side)
    if told.side is None and len(either):
        raise Undecided(
            f"'{texts[int(either[0])].as_py()}' may have its year first or last, and no other row tells; "
            f"{dates.EXPECTED} expected",
            f"line {lines[int(either[0])]}",
            "export it with years of four digits, or over a period with a midnight",
        )
    side = told.side or 0
    return (stamps, turned)[side], told.orders[side]


def _turned(stamps: Stamps) -> Stamps:
    """The stamps as they are if the year stands first."""
    either = stamps.year_on_either_side
    return replace(
        stamps,
        first=np.where(either, dates.in_full(stamps.first), stamps.first),
        third=np.where(either, stamps.third % 100, stamps.third),
    )


def _years(stamps: Stamps, turned: Stamps) -> Years:
    either, day = stamps.year_on_either_side, stamps.third % 100
    can_be_last = ~either | (day < 1) | (day > dates.LONGEST_MONTH) | (stamps.second > dates.MONTHS)
    last = int((stamps.legible & ~stamps.year_first & can_be_last).sum())
    first = int((either & ((stamps.first < 1) | (stamps.first > dates.LONGEST_MONTH))).sum())
    return Years(
        bool(either.any()),
        (last, first),
        None if last or first else (dates.days(stamps), dates.days(turned)),
        (dates.votes(stamps), dates.votes(turned)),
    )
