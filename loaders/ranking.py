"""A file's place among those that hold other values for the same time, as its content alone tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from loaders.pieces import Unfinished

A_MOMENT = np.timedelta64(1, "us")
BELOW_WHOLE = np.timedelta64(1, "h")  # as many moments as a text of 3.6 GB has bytes

Stamp: TypeAlias = np.datetime64
Stamps: TypeAlias = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of the file that another one continues: its last stamp, its rank, and how it ends."""

    last: Stamp | None
    rank: Stamp | None
    is_unfinished: bool

    @property
    def above(self) -> Stamp | None:
        """The lowest rank above it."""
        return None if self.rank is None else self.rank + A_MOMENT


@dataclass(slots=True)
class Extent:
    """From when to when a file's rows are, and whether its last one may have been cut."""

    first: Stamp | None = None
    last: Stamp | None = None
    first_whole: Stamp | None = None  # of the rows that can't have been cut
    is_unfinished: bool = False

    def add(self, stamps: Stamps, lines: npt.NDArray[np.int64], unfinished: Unfinished | None) -> None:
        """Take in rows of a piece, which ends in a row that may have been cut, or doesn't."""
        whole = stamps if unfinished is None else stamps[lines <= unfinished.lines]
        if len(whole):
            self.first_whole = earliest(self.first_whole, whole.min())
        if len(stamps):
            self.first = earliest(self.first, stamps.min())
            self.last = latest(self.last, stamps.max())

    def rank(self, whole_bytes: int, before: Before | None = None) -> Stamp | None:
        """A stamp that is later than that of any file over which this one wins.

        A file that may have been cut is below each that has all of its rows and a line break at its end, whatever the
        order of the rows; of two that were cut anywhere the longer one is above. A file that continues another is
        above it where it has rows for times of the other.
        """
        last = latest(self.last, before.last, before.rank) if before else self.last
        if last is None:
            return None
        if not self.is_unfinished:
            return latest(last, before.above) if before else last
        own = last - BELOW_WHOLE + min(A_MOMENT * whole_bytes, BELOW_WHOLE - A_MOMENT)
        return latest(own, before.above) if before and self._comes_back_to(before) else own

    def _comes_back_to(self, before: Before) -> bool:
        if self.first_whole is None:  # more of a row that the other had begun, or a part of the next one
            return before.is_unfinished
        return before.last is not None and bool(self.first_whole <= before.last)


def earliest(*stamps: Stamp | None) -> Stamp | None:
    """The first of those that there are."""
    return min((stamp for stamp in stamps if stamp is not None), default=None)


def latest(*stamps: Stamp | None) -> Stamp | None:
    """The last of those that there are."""
    return max((stamp for stamp in stamps if stamp is not None), default=None)
