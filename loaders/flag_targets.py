"""What a flag can take: the measurement points of a station with their quantities, columns and statistics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from database.connection import Connection
from loaders.metadata import stored
from loaders.metadata.point_names import point_names
from loaders.metadata.vocabulary import STATISTICS
from loaders.problems import Problem, one_of, suggestion

ALL = "All"
NAMES_SHOWN = 40  # a mast's points and columns; a floating lidar has hundreds

Place = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Target:
    """What a flag takes, as it goes on record; None is any. The sensor is `All`, or how names begin."""

    sensor: str
    measurement_point: str | None
    measurement_type: str | None
    statistic: str | None


@dataclass(frozen=True, slots=True)
class Point:
    """A measurement point, and the statistic of each column that it has in files, at any time."""

    name: str
    measurement_type: str
    columns: tuple[tuple[str, str], ...]

    def statistics(self, sensor: str) -> set[str]:
        """Those that a prefix takes: all where the point's own name begins so, else those of columns that do."""
        whole = sensor == ALL or self.name.startswith(sensor)
        return {statistic for column, statistic in self.columns if whole or column.startswith(sensor)}


@dataclass(frozen=True, slots=True)
class Targets:
    """All that flags of a station can take."""

    points: tuple[Point, ...]

    @classmethod
    def of(cls, connection: Connection, station: str) -> Targets:
        """Those of a station, which must be a slug that there is."""
        points = stored.location(connection, station).content["measurement_point"]
        return cls(tuple(map(_point, point_names(points), points)))

    @property
    def names(self) -> list[str]:
        """Names of measurement points, then of columns, each once."""
        columns = (column for point in self.points for column, _ in point.columns)
        return list(dict.fromkeys([*(point.name for point in self.points), *columns]))

    def judge(self, given: Mapping[str, str], place: Place, problems: list[Problem]) -> Target:
        """What a flag takes as people write it; adds to the problems whatever is not there, or takes nothing together.

        Args:
            given: sensor, measurement_point, measurement_type and statistic; blank is any.
            place: names the place of each of these.
            problems: gets what is wrong.
        """
        before = len(problems)
        points = [point.name for point in self.points]
        types = sorted({point.measurement_type for point in self.points})
        point = _known(given["measurement_point"], points, "measurement point", place("measurement_point"), problems)
        quantity = given["measurement_type"].lower().replace(" ", "_")
        quantity = _known(quantity, types, "measurement type", place("measurement_type"), problems)
        statistic = _known(given["statistic"].lower(), STATISTICS, "statistic", place("statistic"), problems)
        sensor = self._sensor(given["sensor"] or (ALL if point or quantity else ""), place("sensor"), problems)
        target = Target(sensor, point or None, quantity or None, statistic or None)
        if len(problems) == before:
            problems += self._nothing_taken(target, place)
        return target

    def _sensor(self, sensor: str, place: str, problems: list[Problem]) -> str:
        if sensor.lower() == ALL.lower():
            return ALL
        names = self.names
        if not sensor or not any(name.startswith(sensor) for name in names):
            shown = [*names[:NAMES_SHOWN], *(["..."] if len(names) > NAMES_SHOWN else [])]
            expected = f"{ALL}, or the beginning of a measurement point's or column's name: {', '.join(shown)}"
            found = f'"{sensor}"' if sensor else "nothing"
            problems.append(Problem(place, found, expected, suggestion(sensor, names)))
        return sensor

    def _nothing_taken(self, target: Target, place: Place) -> list[Problem]:
        """A flag whose conditions hold together nowhere was not meant so."""
        points = [
            point
            for point in self.points
            if target.measurement_point in (None, point.name)
            and target.measurement_type in (None, point.measurement_type)
        ]
        statistics = {statistic for point in points for statistic in point.statistics(target.sensor)}
        if not statistics:
            among = ", ".join(point.name for point in points[:NAMES_SHOWN])
            found = f'"{target.sensor}", which takes nothing of what else is named'
            expected = f"how one of these or its columns begins: {among}" if among else "a point of that type"
            return [Problem(place("sensor"), found, expected)]
        if target.statistic is not None and target.statistic not in statistics:
            recorded = [statistic for statistic in STATISTICS if statistic in statistics]
            found = f'"{target.statistic}", which is not recorded there'
            return [Problem(place("statistic"), found, one_of(recorded, "statistic recorded there"))]
        return []


def _point(name: str, content: Mapping[str, Any]) -> Point:
    columns = [
        (str(column["column_name"]), str(column.get("statistic_type_id")))
        for configuration in content["logger_measurement_config"]
        for column in configuration["column_name"]
        if not column.get("is_ignored")
    ]
    return Point(name, str(content.get("measurement_type_id")), tuple(dict.fromkeys(columns)))


def _known(word: str, words: list[str] | tuple[str, ...], what: str, place: str, problems: list[Problem]) -> str:
    if word and word not in words:
        problems.append(Problem(place, f'"{word}"', one_of(words, what), suggestion(word, words)))
    return word
