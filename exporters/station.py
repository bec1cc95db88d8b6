"""What an export has to know of a station: where it stands, which columns it has, when it recorded and last changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg.rows import class_row

from database.connection import Connection
from database.errors import UsageError

STATIONS = "select station from exports.stations order by station"

STATION = """
select
    station, name, latitude, longitude, elevation_m,
    coalesce(utc_offset, interval '0') as utc_offset,
    coalesce(averaging_period, interval '10 minutes') as averaging_period
from exports.stations
where station = %(station)s
"""

# Grouped by type of sensor in the order in which the document names the first of each.
COLUMNS = """
select column_name, measurement_point, statistic, sensor_group, decimals, windographer_name
from exports.columns
where station = %(station)s
order by min(position) over (partition by sensor_group), sensor_group, position
"""

# The ends of each channel are found in the index, whatever the length of the record.
RECORDED = """
select min(ends.first), max(ends.last)
from (
    select
        channel_id,
        greatest(min(date_from), %(date_from)s) as date_from,
        least(max(date_to), %(date_to)s) as date_to
    from cleaned.channel_periods
    where station = %(station)s
    group by channel_id
) as channel
cross join lateral (
    select
        (
            select reading.timestamp from raw.reading
            where reading.channel_id = channel.channel_id
                and reading.timestamp >= channel.date_from and reading.timestamp < channel.date_to
            order by reading.timestamp
            limit 1
        ) as first,
        (
            select reading.timestamp from raw.reading
            where reading.channel_id = channel.channel_id
                and reading.timestamp >= channel.date_from and reading.timestamp < channel.date_to
            order by reading.timestamp desc
            limit 1
        ) as last
) as ends
"""

# The time of the data's last change, so that what hasn't changed is exported to the same bytes again.
CHANGED = """
select max(at) from ops.changed_span where station = %(station)s
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the station's files: one statistic of one measurement point."""

    column_name: str
    measurement_point: str
    statistic: str
    sensor_group: str
    decimals: int
    windographer_name: str


@dataclass(frozen=True, slots=True)
class Station:
    """A station as its metadata describes it; `utc_offset` is that of its loggers' clock."""

    station: str
    name: str
    latitude: float | None
    longitude: float | None
    elevation_m: float | None
    utc_offset: timedelta
    averaging_period: timedelta

    def utc(self, moment: datetime | None) -> datetime | None:
        """A time as UTC; without a zone it is meant in the station's clock."""
        if moment is None or moment.tzinfo:
            return moment
        return (moment - self.utc_offset).replace(tzinfo=UTC)

    def clock(self, moment: datetime) -> datetime:
        """A time in the station's clock, without zone."""
        return moment.astimezone(UTC).replace(tzinfo=None) + self.utc_offset


@dataclass(frozen=True, slots=True)
class Recorded:
    """The first and the last timestamp that the station recorded, UTC."""

    first: datetime
    last: datetime


def known(connection: Connection) -> list[str]:
    """All stations that can be exported."""
    return [str(row[0]) for row in connection.execute(STATIONS)]


def find(connection: Connection, slug: str) -> Station:
    """The station of this name; UsageError where there is none."""
    with connection.cursor(row_factory=class_row(Station)) as cursor:
        station = cursor.execute(STATION, {"station": slug}).fetchone()
    if station is None:
        stations = ", ".join(known(connection)) or "none yet: import its metadata, then stationmanager build"
        raise UsageError(f"there is no station {slug!r}", "export", f"one of the known stations ({stations})")
    return station


def columns(connection: Connection, station: Station) -> list[Column]:
    """The station's columns, those of a type of sensor beside each other."""
    with connection.cursor(row_factory=class_row(Column)) as cursor:
        return cursor.execute(COLUMNS, {"station": station.station}).fetchall()


def recorded(
    connection: Connection, station: Station, date_from: datetime | None, date_to: datetime | None
) -> Recorded | None:
    """The ends of what the station recorded in `[date_from, date_to)`; None where that is nothing."""
    span = {
        "station": station.station,
        "date_from": station.utc(date_from) or "-infinity",
        "date_to": station.utc(date_to) or "infinity",
    }
    row = connection.execute(RECORDED, span).fetchone()
    if row is None or not isinstance(row[0], datetime) or not isinstance(row[1], datetime):
        return None
    return Recorded(row[0], row[1])


def changed_at(connection: Connection, station: Station) -> datetime | None:
    """When the station's data last changed; None where it has none."""
    row = connection.execute(CHANGED, {"station": station.station}).fetchone()
    return row[0] if row and isinstance(row[0], datetime) else None
