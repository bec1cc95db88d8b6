"""Lines of mixed-array files, sorted by the array that each belongs to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loaders.formats.delimited import COMMA, LF, QUOTE, Rows
from loaders.formats.frame import Rejected

ID_DIGITS = 5
LEADING = 4  # id, year, day, hours and minutes: fewer are no row


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


def rows_of(lines: Lines, number: int) -> tuple[Rows, list[Rejected]]:
    """The rows of an array that have its usual length, and the others."""
    own = np.flatnonzero(lines.ids == number)
    width = usual_width(lines, own)
    usual = lines.widths[own] == width
    if width:
        why = f"{{}} columns found, {width} in the other rows of array {number}"
    else:
        told = ", ".join(str(width) for width in sorted(set(lines.widths[own].tolist())))
        why = f"{{}} columns found; rows of array {number} have {told}, as many of each: which is right can't be told"
    chosen = np.zeros(len(lines.ids), dtype=bool)
    chosen[own[usual]] = True
    body = np.frombuffer(lines.data, dtype=np.uint8)[np.repeat(chosen, lines.ends - lines.starts + 1)]
    rejected = [lines.reject(line, why.format(lines.widths[line])) for line in own[~usual].tolist()]
    return Rows(body.tobytes(), own[usual] + 1), rejected


def usual_width(lines: Lines, own: NDArray[np.int64]) -> int:
    """The length that most rows have, 0 where two are as common; a line still being written has no vote."""
    voters = own[:-1] if len(own) > 1 and not lines.is_finished and own[-1] == len(lines.ids) - 1 else own
    widths, counts = np.unique(lines.widths[voters], return_counts=True)
    most = widths[counts == counts.max()]
    return int(most[0]) if len(most) == 1 else 0
