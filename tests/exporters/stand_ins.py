"""A mast as dbt would describe it, in tables of the same names, so that exporters are tested without a build."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from database.connection import Connection, connect
from database.home import Home

STATION = "test_mast"
START = datetime(2021, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=10)
LOADED = datetime(2021, 6, 1, 12, 0, tzinfo=UTC)

TABLES = """
create table cleaned.channel_periods (
    channel_id integer, station text, measurement_point text, statistic text,
    date_from timestamptz, date_to timestamptz,
    slope double precision, "offset" double precision, is_circular boolean, excluded_by text
);
create table cleaned.flagged_periods (
    station text, measurement_point text, statistic text, date_from timestamptz, date_to timestamptz, reason text,
    mode text, created_at timestamptz, source text, remark text
);
create table exports.columns (
    station text, position integer, column_name text, measurement_point text, statistic text, sensor_group text,
    decimals integer, windographer_name text
);
create table exports.stations (
    station text, name text, latitude double precision, longitude double precision, elevation_m double precision,
    utc_offset interval, averaging_period interval
);
"""

PERIOD = "insert into cleaned.channel_periods values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
FLAG = "insert into cleaned.flagged_periods values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
COLUMN = "insert into exports.columns values (%s, %s, %s, %s, %s, %s, %s, %s)"
PLACE = "insert into exports.stations values (%s, %s, %s, %s, %s, %s, '10 minutes')"
CHANNEL = """
insert into raw.channel (logger, averaging_period, column_name) values ('4711', '10 minutes', %s) returning channel_id
"""
FILE = """
insert into raw.file (sha256, path, size_bytes, logger, state, readings_new, loaded_at)
values (repeat('0', 64), 'mast.dat', 1, '4711', 'loaded', 1, %s) returning file_id
"""
CHANGE = """
insert into ops.changed_span (station, date_from, date_to, cause, at) values (%s, '-infinity', 'infinity', %s, %s)
"""
# A value of its own for every channel and step, with three decimals, as loggers write them.
READINGS = """
insert into raw.reading (timestamp, channel_id, file_id, value)
select
    series, %(channel)s, %(file)s,
    round((5 + %(channel)s %% 7 + 3 * sin(extract(epoch from series) / 5000))::numeric, 3)
from generate_series(%(first)s, %(last)s, interval '10 minutes') as series
"""


@dataclass
class Sensor:
    """A column: where it belongs, and the numbers that calibrate it."""

    point: str
    group: str = "speed"
    statistic: str = "avg"
    slope: float = 1.0
    offset: float = 0.0
    is_circular: bool = False
    unit: str = "m/s"
    channel: int = 0

    @property
    def column_name(self) -> str:
        return f"{self.point}_{self.statistic}"

    @property
    def windographer_name(self) -> str:
        return f"{self.point}{'' if self.statistic == 'avg' else ' SD'} [{self.unit}]"


@dataclass
class Mast:
    """A station that recorded for some days, and the ways to change what is known of it."""

    home: Home
    sensors: dict[str, Sensor] = field(default_factory=dict)
    file: int = 0

    def connect(self) -> Connection:
        """As exporters do."""
        return connect(self.home, "exporter")

    def describe(
        self, *, days: float, sensors: list[Sensor], place: tuple[float | None, ...] = (53.3049, -6.212, 12)
    ) -> None:
        """Make the tables, and readings of all sensors from the start on, in a clock one hour before UTC."""
        with connect(self.home, "transformer") as dbt, connect(self.home, "loader") as loader:
            dbt.execute(TABLES)
            dbt.execute(PLACE, [STATION, "Test Mast", *place, timedelta(hours=1)])
            self.file = _identity(loader, FILE, LOADED)
            loader.execute(CHANGE, [STATION, "load", LOADED])
            for position, sensor in enumerate(sensors, 1):
                sensor.channel = _identity(loader, CHANNEL, sensor.column_name)
                self.sensors[sensor.column_name] = sensor
                described = (STATION, position, sensor.column_name, sensor.point, sensor.statistic, sensor.group)
                dbt.execute(COLUMN, [*described, 4, sensor.windographer_name])
                self._period(dbt, sensor, "-infinity", "infinity", None)
                if days:
                    last = START + timedelta(days=days) - STEP
                    span = {"channel": sensor.channel, "file": self.file, "first": START, "last": last}
                    loader.execute(READINGS, span)

    def exclude(
        self,
        column: str,
        date_from: datetime,
        date_to: datetime,
        reason: str,
        mode: str = "exclude",
        *,
        source: str = "by_hand",
        remark: str | None = None,
    ) -> None:
        """Flag a time of a column; its periods are cut at the ends, as dbt cuts them."""
        sensor = self.sensors[column]
        with connect(self.home, "transformer") as dbt:
            dbt.execute(CHANGE, [STATION, "flag", LOADED + STEP])
            what = (STATION, sensor.point, sensor.statistic, date_from, date_to)
            dbt.execute(FLAG, [*what, reason, mode, LOADED + STEP, source, remark])
            if mode == "exclude":
                dbt.execute("delete from cleaned.channel_periods where channel_id = %s", [sensor.channel])
                self._period(dbt, sensor, "-infinity", date_from, None)
                self._period(dbt, sensor, date_from, date_to, reason)
                self._period(dbt, sensor, date_to, "infinity", None)

    def set_reading(self, column: str, timestamp: datetime, value: float | None) -> None:
        """Give a reading another value."""
        self._change(
            "update raw.reading set value = %s where channel_id = %s and timestamp = %s", value, column, timestamp
        )

    def remove_reading(self, column: str, timestamp: datetime) -> None:
        """Let a reading never have arrived."""
        self._change("delete from raw.reading where %s and channel_id = %s and timestamp = %s", True, column, timestamp)

    def recorded(self, column: str) -> dict[datetime, float | None]:
        """What the logger recorded."""
        query = "select timestamp, value from raw.reading where channel_id = %s order by timestamp"
        with self.connect() as connection:
            return dict(connection.execute(query, [self.sensors[column].channel]).fetchall())

    def _change(self, query: str, first: object, column: str, timestamp: datetime) -> None:
        with connect(self.home, "loader") as loader:
            loader.execute(query.encode(), [first, self.sensors[column].channel, timestamp])

    def _period(
        self, dbt: Connection, sensor: Sensor, date_from: datetime | str, date_to: datetime | str, reason: str | None
    ) -> None:
        numbers = (sensor.slope, sensor.offset, sensor.is_circular, reason)
        dbt.execute(PERIOD, [sensor.channel, STATION, sensor.point, sensor.statistic, date_from, date_to, *numbers])


def _identity(connection: Connection, query: str, argument: object) -> int:
    row = connection.execute(query.encode(), [argument]).fetchone()
    assert row
    assert isinstance(row[0], int)
    return row[0]
