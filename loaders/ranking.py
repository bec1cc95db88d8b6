"""A file's place among those that hold other values for the same time, as its content alone tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from loaders.pieces import MOST_OF_ROW, Unfinished

A_MOMENT = np.timedelta64(1, "us")
BELOW_WHOLE = np.timedelta64(1, "h")
OUT_OF_ORDER = np.timedelta64(30, "m")  # as many moments as a text of 1.8 GB has bytes
A_ROW = np.timedelta64(100, "ms")  # more moments than MOST_OF_ROW has bytes

Stamp: TypeAlias = np.datetime64
Stamps: TypeAlias = npt.NDArray[np.datetime64]
Lines: TypeAlias = npt.NDArray[np.int64]


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
    """From when to when a file's rows are, and how much there is of a last one that may have been cut."""

    first: Stamp | None = None
    last: Stamp | None = None
    first_whole: Stamp | None = None  # of the rows that can't have been cut
    whole_at_last: int = 0  # rows that can't have been cut, of the last stamp
    is_in_order: bool = True
    unfinished: Unfinished | None = None

    def add(self, tables: Sequence[tuple[Stamps, Lines]], unfinished: Unfinished | None) -> None:
        """Take in the rows of a piece, which ends in a row that may have been cut, or doesn't."""
        self.unfinished = unfinished
        if not sum(len(stamps) for stamps, _ in tables):
            return
        stamps = np.concatenate([stamps for stamps, _ in tables])
        lines = np.concatenate([lines for _, lines in tables])
        if len(tables) > 1:
            order = np.argsort(lines, kind="stable")
            stamps, lines = stamps[order], lines[order]
        follows = self.last is None or stamps[0] >= self.last
        self.is_in_order = bool(self.is_in_order and follows and (stamps[1:] >= stamps[:-1]).all())
        before, self.last = self.last, latest(self.last, stamps.max())
        self.first = earliest(self.first, stamps.min())
        is_whole = np.full(len(lines), True) if unfinished is None else lines <= unfinished.lines
        if is_whole.any():
            self.first_whole = earliest(self.first_whole, stamps[is_whole].min())
        rows = len(np.unique(lines[is_whole & (stamps == self.last)]))
        self.whole_at_last = rows + (self.whole_at_last if before == self.last else 0)

    def rank(self, whole_bytes: int, before: Before | None = None) -> Stamp | None:
        """A stamp that is later than that of any file over which this one wins.

        A file that may have been cut is below each that has all of its rows and a line break at its end, whatever the
        order of the rows. Of two that were cut anywhere, or are whole, the one that has more of the row at their last
        stamp is above, and the longer one where rows are in no order. A file that continues another is above it where
        it has rows for times of the other.
        """
        last = latest(self.last, before.last, before.rank) if before else self.last
        if last is None:
            return None
        if self.unfinished is None:
            return latest(last, before.above) if before else last
        own = last - BELOW_WHOLE + self._of_last_row(self.unfinished, whole_bytes)
        return latest(own, before.above) if before and self._comes_back_to(before) else own

    def _of_last_row(self, unfinished: Unfinished, whole_bytes: int) -> np.timedelta64:
        """How far above others that may have been cut before the same last stamp."""
        if not self.is_in_order:
            return min(OUT_OF_ORDER + A_MOMENT * whole_bytes, BELOW_WHOLE - A_MOMENT)
        return min(A_ROW * self.whole_at_last + A_MOMENT * min(unfinished.bytes, MOST_OF_ROW), OUT_OF_ORDER)

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
