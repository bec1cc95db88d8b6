"""Many problems of one file, told at once: a person mends them all before the next try."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from database.errors import StationManagerError

SHOWN = 20  # a screen of lines; what is behind them is mostly the same mistake again
LISTED = 20  # longer lists of allowed words hide the rest of the message


@dataclass(frozen=True, slots=True)
class Problem:
    """What was found at a place of a file, what was expected there, and what helps."""

    place: str
    found: str
    expected: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f"; {self.remedy}" if self.remedy else ""
        place = f"{self.place}: " if self.place else ""
        return f"{place}found {self.found}, expected {self.expected}{remedy}"


def refuse(problems: Sequence[Problem], where: str, remedy: str, kind: type[StationManagerError]) -> None:
    """Raise all problems as one error of that kind; nothing happens where there is none."""
    lines = list(dict.fromkeys(str(problem) for problem in problems))
    if len(lines) == 1:
        raise kind(lines[0], where, remedy)
    if lines:
        rest = [f"... and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
        raise kind("\n  ".join([f"{len(lines)} problems:", *lines[:SHOWN], *rest]), where, remedy)


def one_of(words: Collection[str], what: str) -> str:
    """What was expected where only some words are allowed."""
    if not words:
        return f"a {what}, but there is none yet"
    if len(words) > LISTED:
        return f"one of the {len(words)} {what}s"
    return "one of " + ", ".join(words) if len(words) > 1 else f"{next(iter(words))}, the only {what}"


def suggestion(word: str, words: Collection[str]) -> str:
    """The allowed word that was probably meant; empty where none is near."""
    by_lower = {allowed.lower(): allowed for allowed in words}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return f"did you mean {by_lower[near[0]]}?" if near else ""
