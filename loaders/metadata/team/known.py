"""What rows of a team's tables can name: stations with their points, sensors and certificates, and quality rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg

from database.connection import Connection
from database.errors import UsageError
from loaders.metadata import stored
from loaders.metadata.point_names import point_names
from loaders.metadata.task43 import clock_time

PARAMETERS = """
select rules.rule, array_remove(array_agg(distinct quality_rules.parameter), null)
from reference.rules
left join reference.quality_rules using (rule)
group by rules.rule, rules.rule_position
order by rules.rule_position
"""
BY_STATISTIC = """
select rule, parameter, array_agg(distinct measurement_type)
from reference.quality_rules
where statistic is not null
group by rule, parameter
"""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate by what a choice can name: its number, or the file name of its report, and its day."""

    name: str | None
    calibrated_on: date | None

    def __str__(self) -> str:
        named = self.name or "one without a number"
        return f"{named} of {self.calibrated_on}" if self.calibrated_on else f"{named} without a date"


@dataclass(frozen=True, slots=True)
class Sensor:
    """A sensor while it was mounted at a point, with its certificates."""

    station: str
    measurement_point: str
    serial_number: str | None
    date_from: datetime | None
    certificates: tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A measurement point by the name that it is known by."""

    station: str
    name: str
    measurement_type: str


@dataclass(frozen=True, slots=True)
class Known:
    """All that there is; where a row leaves the station blank, all stations count."""

    stations: tuple[str, ...]
    points: tuple[Point, ...]
    sensors: tuple[Sensor, ...]
    parameters: dict[str, tuple[str, ...]]
    by_statistic: dict[tuple[str, str], frozenset[str]]
    """Measurement types whose statistics have numbers of their own, by rule and parameter."""

    @classmethod
    def of(cls, connection: Connection) -> Known:
        """What the database holds now. Raises UsageError where its reference lists have not been built."""
        stations = tuple(sorted(stored.stations(connection)))
        contents = {station: stored.location(connection, station).content["measurement_point"] for station in stations}
        named = [
            (station, name, point)
            for station, points in contents.items()
            for name, point in zip(point_names(points), points, strict=True)
        ]
        points = tuple(Point(station, name, str(point["measurement_type_id"])) for station, name, point in named)
        sensors = tuple(sensor for station, name, point in named for sensor in _sensors(station, name, point))
        return cls(stations, points, sensors, _parameters(connection), _by_statistic(connection))


def same_serial(serial: str | None) -> str:
    """A serial number without what is spelt differently. The SQL function `metadata.same_serial` says the same."""
    return (serial or "").strip().lower().lstrip("0")


def _sensors(station: str, measurement_point: str, point: dict[str, Any]) -> Iterator[Sensor]:
    for sensor in point.get("sensor") or []:
        certificates = tuple(
            Certificate(
                part.get("calibration_id") or part.get("report_file_name") or None,
                clock_time(part["date_of_calibration"]).date() if part.get("date_of_calibration") else None,
            )
            for part in sensor.get("calibration") or []
        )
        date_from = clock_time(sensor["date_from"]) if sensor.get("date_from") else None
        yield Sensor(station, measurement_point, sensor.get("serial_number"), date_from, certificates)


def _parameters(connection: Connection) -> dict[str, tuple[str, ...]]:
    try:
        rows: list[Any] = connection.execute(PARAMETERS).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        what = "the reference lists have not been built, so the quality rules are not known"
        raise UsageError(what, "reference.rules", "stationmanager build") from None
    return {rule: tuple(parameters) for rule, parameters in rows}


def _by_statistic(connection: Connection) -> dict[tuple[str, str], frozenset[str]]:
    rows: list[Any] = connection.execute(BY_STATISTIC).fetchall()
    return {(rule, parameter): frozenset(types) for rule, parameter, types in rows}
