"""Lines of mixed-array files, sorted by the array that each belongs to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loaders.formats.delimited import COMMA, LF, QUOTE, Rows
from loaders.formats.frame import Rejected

ID_DIGITS = 5
LEADING = 4  # id, year, day, hours and minutes: fewer are no row
SHORTEST_LAYOUT = 3  # so many rows of one length behind each other are no garbled ones


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines of a file: where they begin and end, how many columns they have, and their array's id (0: no row)."""

    data: bytes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    widths: NDArray[np.int64]
    ids: NDArray[np.int64]
    rejected: tuple[Rejected, ...]
    is_finished: bool  # whether the last line is

    def text(self, line: int) -> str:
        """A line (counted from 0) as text."""
        return self.data[self.starts[line] : self.ends[line]].decode()

    def reject(self, line: int, reason: str) -> Rejected:
        """A line of which all values are lost."""
        return Rejected(line + 1, self.text(line), reason, max(int(self.widths[line]) - LEADING, 0))


def split(data: bytes) -> Lines:
    """Find all lines; those that are not blank and no row are rejected."""
    whole = data if data.endswith(b"\n") or not data else data + b"\n"
    characters = np.frombuffer(whole, dtype=np.uint8)
    ends = np.flatnonzero(characters == LF)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1] + 1])[: len(ends)]
    commas = np.flatnonzero(characters == COMMA)
    before = np.searchsorted(commas, starts)
    widths = np.searchsorted(commas, ends) - before + 1
    first_commas = np.append(commas, len(whole))[before]
    quotes = np.searchsorted(np.flatnonzero(characters == QUOTE), np.stack([starts, ends]))
    ids = read_ids(characters, starts, np.minimum(first_commas, ends))
    ids[(widths < LEADING) | (quotes[0] != quotes[1])] = 0
    lines = Lines(whole, starts, ends, widths, ids, (), whole is data)
    bad = [line for line in np.flatnonzero(ids == 0).tolist() if lines.text(line).strip()]
    reason = "array id, year, day and time expected at the beginning of a row of numbers"
    rejected = tuple(lines.reject(line, reason) for line in bad)
    return Lines(whole, starts, ends, widths, ids, rejected, whole is data)


def read_ids(characters: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The whole numbers between these places, 0 where there is none."""
    ids = np.zeros(len(starts), dtype=np.int64)
    good = (ends > starts) & (ends - starts <= ID_DIGITS)
    for digit in range(ID_DIGITS):
        there = good & (starts + digit < ends)
        number = characters[np.where(there, starts + digit, 0)].astype(np.int64) - ord("0")
        good &= ~there | ((number >= 0) & (number <= 9))  # noqa: PLR2004  # a digit
        ids = np.where(there, ids * 10 + number, ids)
    return np.where(good, ids, 0)


def layouts(lines: Lines, number: int) -> tuple[list[Rows], list[Rejected]]:
    """The rows of an array, those of one length together, and those that are no rows of it.

    A logger that is programmed anew writes its arrays at another length from then on, so some rows of one length behind
    each other belong. So do the first and the last, of whatever length: a file may begin and end anywhere, and what is
    read must not depend on where it was cut. Between these fewer rows belong only if they are as long as those before
    or behind them, else they are garbled; a line that is still being written only if it is as long as the last one.
    """
    own = np.flatnonzero(lines.ids == number)
    widths = lines.widths[own]
    whole = len(own) - (not lines.is_finished and int(own[-1]) == len(lines.ids) - 1)
    begins = np.flatnonzero(np.diff(widths[:whole], prepend=0))
    lengths = np.diff(np.append(begins, whole))
    belong = lengths >= SHORTEST_LAYOUT
    belong[:1] = belong[-1:] = True
    kept = np.repeat(belong | _continue(widths[begins], belong), lengths)
    if whole < len(own):
        kept = np.append(kept, whole > 0 and widths[-1] == widths[whole - 1])
    told = ", ".join(str(width) for width in np.unique(widths[kept])) or "none that is finished"
    rejected = [
        lines.reject(line, f"{lines.widths[line]} columns found; rows of array {number} around it have {told}")
        for line in own[~kept].tolist()
    ]
    of_each = dict.fromkeys(widths[kept].tolist())
    return [_rows(lines, own[kept & (widths == width)]) for width in of_each], rejected


def _continue(widths: NDArray[np.int64], belong: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which runs of rows are as long as the nearest one before or behind them that belongs; the first and last do."""
    runs = np.arange(len(widths))
    before = np.maximum.accumulate(np.where(belong, runs, 0))
    behind = np.minimum.accumulate(np.where(belong, runs, len(runs))[::-1])[::-1]
    return np.asarray((widths == widths[before]) | (widths == widths[behind]))


def _rows(lines: Lines, chosen: NDArray[np.int64]) -> Rows:
    is_chosen = np.zeros(len(lines.ids), dtype=bool)
    is_chosen[chosen] = True
    body = np.frombuffer(lines.data, dtype=np.uint8)[np.repeat(is_chosen, lines.ends - lines.starts + 1)]
    return Rows(body.tobytes(), chosen + 1)
