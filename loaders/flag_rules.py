"""What a flag must be, whoever sets it: a sensor that the station has, a reason, a period of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import psycopg

from database.connection import Connection
from database.errors import UsageError
from loaders.metadata import stored
from loaders.metadata.vocabulary import STATISTICS
from loaders.problems import Problem, one_of, refuse, suggestion
from loaders.station_clock import EXAMPLE, StationClock

ALL = "All"
OTHER = "other"
NAMES_SHOWN = 40  # a mast's points and columns; a floating lidar has hundreds

REASONS = "select reason from reference.reasons order by reason"


@dataclass(frozen=True, slots=True)
class NewFlag:
    """A flag as it goes on record; times are UTC."""

    station: str
    sensor: str
    statistic: str | None
    date_from: datetime | None
    date_to: datetime | None
    reason: str
    remark: str | None


class FlagRules:
    """Judges flags as they are written; what it must know of the database it asks once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._names: dict[str, list[str]] = {}
        self._clocks: dict[str, StationClock] = {}

    def by_hand(self, station: str, written: Mapping[str, str | None]) -> NewFlag:
        """A flag that a person sets: its reason is one of ours. Raises UsageError with all that is wrong."""
        flag, problems = self.judge(station, written, "--{}".format)
        if flag.reason not in self.reasons:
            near = suggestion(flag.reason, self.reasons)
            problems.append(Problem("--reason", _quoted(flag.reason), one_of(self.reasons, "reason"), near))
        if flag.reason == OTHER and not flag.remark:
            problems.append(Problem("--remark", "nothing", f'a remark, as the reason is "{OTHER}"'))
        refuse(problems, f"station {station}", "correct the options and try again", UsageError)
        return flag

    def judge(
        self, station: str, written: Mapping[str, str | None], place: Callable[[str], str]
    ) -> tuple[NewFlag, list[Problem]]:
        """The flag, and what is wrong with it; `place` names the place of sensor, from, to, reason and statistic."""
        given = {key: (value or "").strip() for key, value in written.items()}
        problems: list[Problem] = []
        date_from = self._time(station, given["from"], place("from"), problems)
        date_to = self._time(station, given["to"], place("to"), problems)
        if date_from and date_to and date_from >= date_to:
            expected = f"a time after {given['from']}, as the end is exclusive"
            problems.append(Problem(place("to"), _quoted(given["to"]), expected))
        statistic = given["statistic"].lower() or None
        if statistic is not None and statistic not in STATISTICS:
            near = suggestion(statistic, STATISTICS)
            problems.append(
                Problem(place("statistic"), _quoted(given["statistic"]), one_of(STATISTICS, "statistic"), near)
            )
        if not given["reason"]:
            problems.append(Problem(place("reason"), "nothing", "a reason"))
        sensor = self._sensor(station, given["sensor"], place("sensor"), problems)
        reason = next((word for word in self.reasons if word.lower() == given["reason"].lower()), given["reason"])
        return NewFlag(station, sensor, statistic, date_from, date_to, reason, given["remark"] or None), problems

    @cached_property
    def reasons(self) -> list[str]:
        """The vocabulary of the seed `reasons`."""
        try:
            rows: list[Any] = self._connection.execute(REASONS).fetchall()
        except psycopg.errors.UndefinedTable:
            what = "the reference lists have not been built, so the reasons are not known"
            raise UsageError(what, "reference.reasons", "stationmanager build") from None
        return [row[0] for row in rows]

    def _time(self, station: str, text: str, place: str, problems: list[Problem]) -> datetime | None:
        if not text:
            return None
        clock = self._clocks.setdefault(station, StationClock(self._connection, station))
        try:
            return clock.utc(text)
        except UsageError:
            problems.append(Problem(place, _quoted(text), EXAMPLE))
        return None

    def _sensor(self, station: str, sensor: str, place: str, problems: list[Problem]) -> str:
        if sensor.lower() == ALL.lower():
            return ALL
        if station not in self._names:
            self._names[station] = stored.names_of(self._connection, station)
        names = self._names[station]
        if not sensor or not any(name.startswith(sensor) for name in names):
            shown = [*names[:NAMES_SHOWN], *(["..."] if len(names) > NAMES_SHOWN else [])]
            expected = f"{ALL}, or the beginning of a measurement point's or column's name: {', '.join(shown)}"
            found = _quoted(sensor) if sensor else "nothing"
            problems.append(Problem(place, found, expected, suggestion(sensor, names)))
        return sensor


def _quoted(text: str) -> str:
    return f'"{text}"'
