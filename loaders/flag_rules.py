"""What a flag must be, whoever sets it: something that the station has, a reason, a period of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import psycopg

from database.connection import Connection
from database.errors import UsageError
from loaders.flag_targets import Target, Targets
from loaders.problems import Problem, one_of, refuse, suggestion
from loaders.station_clock import EXAMPLE, StationClock

OTHER = "other"

REASONS = "select reason, other_names from reference.reasons order by reason"


@dataclass(frozen=True, slots=True)
class NewFlag:
    """A flag as it goes on record; times are UTC."""

    station: str
    target: Target
    date_from: datetime | None
    date_to: datetime | None
    reason: str
    remark: str | None


class FlagRules:
    """Judges flags as they are written; what it must know of the database it asks once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._targets: dict[str, Targets] = {}
        self._clocks: dict[str, StationClock] = {}

    def by_hand(self, station: str, written: Mapping[str, str | None]) -> NewFlag:
        """A flag that a person sets: its reason is one of ours. Raises UsageError with all that is wrong."""
        flag, problems = self.judge(station, written, _option)
        if flag.reason and flag.reason not in self.reasons:
            near = suggestion(flag.reason, self.reasons)
            problems.append(Problem("--reason", _quoted(flag.reason), one_of(self.reasons, "reason"), near))
        if flag.reason == OTHER and not flag.remark:
            problems.append(Problem("--remark", "nothing", f'a remark, as the reason is "{OTHER}"'))
        refuse(problems, f"station {station}", "correct the options and try again", UsageError)
        return flag

    def judge(
        self, station: str, written: Mapping[str, str | None], place: Callable[[str], str]
    ) -> tuple[NewFlag, list[Problem]]:
        """The flag, and what is wrong with it.

        Args:
            station: a slug that there is.
            written: sensor, measurement_point, measurement_type, statistic, from, to, reason and remark, as people
                write them; blank or missing is any, or open.
            place: names the place of each of these.
        """
        given = dict.fromkeys(("sensor", "measurement_point", "measurement_type", "statistic"), "")
        given |= {key: (value or "").strip() for key, value in written.items()}
        problems: list[Problem] = []
        date_from = self._time(station, given["from"], place("from"), problems)
        date_to = self._time(station, given["to"], place("to"), problems)
        if date_from and date_to and date_from >= date_to:
            expected = f"a time after {given['from']}, as the end is exclusive"
            problems.append(Problem(place("to"), _quoted(given["to"]), expected))
        if not given["reason"]:
            problems.append(Problem(place("reason"), "nothing", "a reason"))
        target = self.targets(station).judge(given, place, problems)
        reason = next((word for word in self.reasons if word.lower() == given["reason"].lower()), given["reason"])
        return NewFlag(station, target, date_from, date_to, reason, given.get("remark") or None), problems

    def targets(self, station: str) -> Targets:
        """What flags of a station can take."""
        if station not in self._targets:
            self._targets[station] = Targets.of(self._connection, station)
        return self._targets[station]

    @property
    def reasons(self) -> list[str]:
        """The vocabulary of the seed `reasons`."""
        return list(self._seed)

    @cached_property
    def reason_by_name(self) -> dict[str, str]:
        """The reason that each name means, in lower case: its own, and those that other programs have for it."""
        names = {name: reason for reason, others in self._seed.items() for name in others}
        return names | {reason.lower(): reason for reason in self._seed}

    @cached_property
    def _seed(self) -> dict[str, list[str]]:
        try:
            rows: list[Any] = self._connection.execute(REASONS).fetchall()
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
            what = "the reference lists have not been built, so the reasons are not known"
            raise UsageError(what, "reference.reasons", "stationmanager build") from None
        return {reason: [name.strip().lower() for name in (others or "").split("|") if name] for reason, others in rows}

    def _time(self, station: str, text: str, place: str, problems: list[Problem]) -> datetime | None:
        if not text:
            return None
        clock = self._clocks.setdefault(station, StationClock(self._connection, station))
        try:
            return clock.utc(text)
        except UsageError:
            problems.append(Problem(place, _quoted(text), EXAMPLE))
        return None


def _option(key: str) -> str:
    return f"--{key.replace('_', '-')}"


def _quoted(text: str) -> str:
    return f'"{text}"'
