"""What one export is about: a station, its columns, and the slices of time that it recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from database.connection import Connection
from exporters import station as stations
from exporters.pivot import slices
from exporters.station import Column, Recorded, Station

# Told the number of slices of time that are done, and that of all.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: a station's slug, the folder of its file, and the time, `[date_from, date_to)`.

    Times without zone are the station's clock; None is open.
    """

    station: str
    folder: Path
    date_from: datetime | None = None
    date_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Everything but the readings. `changed` is when the data last changed, in the station's clock."""

    station: Station
    columns: list[Column]
    recorded: Recorded | None
    changed: datetime | None
    slices: list[tuple[datetime, datetime]]

    @property
    def sensor_groups(self) -> list[str]:
        """The types of sensor, in the order of the columns."""
        return list(dict.fromkeys(column.sensor_group for column in self.columns))


def select(connection: Connection, request: Request) -> Selection:
    """Look up what is asked for; UsageError where there is no such station."""
    station = stations.find(connection, request.station)
    recorded = stations.recorded(connection, station, request.date_from, request.date_to)
    changed = stations.changed_at(connection, station)
    return Selection(
        station,
        stations.columns(connection, station),
        recorded,
        changed and station.clock(changed),
        slices(connection, station, recorded),
    )
