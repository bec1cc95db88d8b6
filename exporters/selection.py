"""What one export is about: a station, its columns, and the slices of time that it recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from database.connection import Connection
from database.errors import UsageError
from exporters import station as stations
from exporters.pivot import slices
from exporters.station import Column, Recorded, Station

# Told the number of slices of time that are done, and that of all.
Progress = Callable[[int, int], None]


class NothingRecorded(UsageError):
    """The station has no reading in the period that is asked for."""


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
    """Look up what is asked for, before anything is written.

    Raises UsageError where there is no such station or the period ends before it begins, NothingRecorded where a
    period is named and has no reading. A station without any reading may be exported as a whole.
    """
    station = stations.find(connection, request.station)
    begin, end = station.utc(request.date_from), station.utc(request.date_to)
    if begin and end and begin >= end:
        expected = f"a time after {request.date_from}, as the end is exclusive"
        raise UsageError(f"found {request.date_to}, expected {expected}", "export --to", "mend --from or --to")
    recorded = stations.recorded(connection, station, begin, end)
    if recorded is None and (begin or end):
        raise _nothing_recorded(connection, station, request)
    changed = stations.changed_at(connection, station)
    return Selection(
        station,
        stations.columns(connection, station),
        recorded,
        changed and station.clock(changed),
        slices(connection, station, recorded),
    )


def _nothing_recorded(connection: Connection, station: Station, request: Request) -> NothingRecorded:
    """The error, with the period that was asked for and what the station has."""
    asked = [f"{word} {moment}" for word, moment in (("from", request.date_from), ("to", request.date_to)) if moment]
    what = f"{station.station} has no reading {' '.join(asked)}"
    if there := stations.recorded(connection, station, None, None):
        has = f"by its clock it has some from {station.clock(there.first)} to {station.clock(there.last)}"
        return NothingRecorded(f"{what}; {has}", "export --from and --to", "name a period within these")
    return NothingRecorded(f"{what}, nor any other", "export", "stationmanager load, then stationmanager build")
