"""A mast to measure rules and cleaned readings with: its metadata, and readings that weather could have made.

Readings are made by the database itself, since it is not the loading that is measured.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from database.connection import Connection, connect
from database.home import Home
from loaders.flags import add_flag
from loaders.metadata.importing import import_metadata

STATION = "bench_mast"
START = "2015-01-01"
SERIAL = "4711"

# name, measurement type, unit, height in m, side boom's orientation, middle and swing of a day and of a week, noise
POINTS: tuple[tuple[str, str, str, float, int | None, float, float, float, float], ...] = (
    *((f"Spd{h}m{side}", "wind_speed", "m/s", h, boom, 7 + h / 50, 1.5, 3.5, 0.15)
      for h in (100, 80, 60, 40) for side, boom in (("N", 0), ("S", 180))),
    *((f"Dir{h}m", "wind_direction", "deg", h, 0, 200, 20, 60, 4) for h in (98, 78, 58, 38)),
    *((f"Tmp{h}m", "air_temperature", "deg_C", h, None, 8, 5, 6, 0.1) for h in (98, 50, 2)),
    ("Hum98m", "relative_humidity", "%", 98, None, 70, 12, 10, 0.5),
    ("Prs10m", "air_pressure", "hPa", 10, None, 950, 2, 12, 0.05),
    ("Ghi2m", "global_horizontal_irradiance", "W/m^2", 2, None, 50, 40, 5, 2),
    ("Rain2m", "precipitation", "mm", 2, None, 0.2, 0.1, 0.05, 0.01),
    ("Bat2m", "voltage", "V", 2, None, 12.8, 0.3, 0.1, 0.01),
)  # fmt: skip
HEATED = {"Spd80mN": False, "Spd80mS": True}
STATISTICS = {"avg": "avg", "std": "sd", "min": "min", "max": "max"}

CHANNELS = """
insert into raw.channel (logger, averaging_period, column_name, unit, statistic)
values (%s, '10 minutes', %s, %s, %s)
returning channel_id
"""

# the day's and the week's course, what all sensors of a kind share, and what each has for itself
READINGS = """
insert into raw.reading (timestamp, channel_id, file_id, value)
select
    moment.timestamp,
    channel.channel_id,
    0,
    round((case channel.statistic
        when 'avg' then state.value
        when 'sd' then state.deviation
        when 'min' then state.value - 2.5 * state.deviation
        else state.value + 3 * state.deviation
    end)::numeric, 3)::double precision
from generate_series(%(date_from)s::timestamptz, %(date_to)s::timestamptz - interval '10 minutes', '10 minutes')
    as moment (timestamp)
cross join lateral (select extract(epoch from moment.timestamp)::double precision / 86400) as day (number)
cross join unnest(%(channels)s::integer[], %(seeds)s::integer[], %(statistics)s::text[], %(middles)s::float8[],
    %(daily)s::float8[], %(weekly)s::float8[], %(noises)s::float8[])
    as channel (channel_id, seed, statistic, middle, daily, weekly, noise)
cross join lateral (
    select
        channel.middle
        + channel.daily * sin(2 * pi() * day.number - 2)
        + channel.weekly * sin(2 * pi() * day.number / 6.3) * sin(2 * pi() * day.number / 41)
        + channel.noise * ((hashint8(channel.seed + (day.number * 144)::bigint * 64) & 65535) / 65536.0 - 0.5) as value,
        channel.noise * (2 + sin(2 * pi() * day.number * 7))
        + 0.001 * (hashint8(7 + channel.seed + (day.number * 144)::bigint * 64) & 63) as deviation
) as state
"""
CHANGED = """
insert into ops.changed_span (channel_id, date_from, date_to, cause)
select unnest(%(channels)s::integer[]), %(date_from)s::timestamptz, %(date_to)s::timestamptz, 'load'
"""


def document() -> dict[str, Any]:
    """The Task 43 document of the mast."""
    start = f"{START}T00:00:00"
    points = []
    for name, measurement_type, unit, height, boom, *_ in POINTS:
        columns = [
            {"column_name": f"{name}_{ending}", "statistic_type_id": statistic}
            for ending, statistic in STATISTICS.items()
        ]
        setting = {"slope": 1, "offset": 0, "measurement_units_id": unit, "date_from": start, "date_to": None}
        point: dict[str, Any] = {
            "name": name,
            "measurement_type_id": measurement_type,
            "height_m": height,
            "logger_measurement_config": [{**setting, "column_name": columns}],
        }
        if boom is not None:
            mounting = {
                "mounting_type_id": "side",
                "boom_orientation_deg": boom,
                "date_from": start,
                "date_to": None,
            }
            point["mounting_arrangement"] = [mounting]
        if name in HEATED:
            sensor = {"sensor_type_id": "anemometer", "date_from": start, "date_to": None, "is_heated": HEATED[name]}
            point["sensor"] = [sensor]
        points.append(point)
    logger = {
        "logger_oem_id": "Campbell Scientific",
        "logger_serial_number": SERIAL,
        "date_from": start,
        "date_to": None,
        "offset_from_utc_hrs": 0,
        "averaging_period_minutes": 10,
        "timestamp_is_end_of_period": False,
    }
    location = {
        "name": "Bench mast",
        "latitude_ddeg": 50.0,
        "longitude_ddeg": 8.0,
        "measurement_station_type_id": "mast",
        "logger_main_config": [logger],
        "measurement_point": points,
    }
    head = {"author": "Benchmark", "organisation": "Benchmark", "date": "2021-01-01", "version": "1.3.0-2024.03"}
    return {**head, "measurement_location": [location]}


def import_document(home: Home, folder: Path) -> None:
    """Make the mast known."""
    path = folder / "bench_mast.json"
    path.write_text(json.dumps(document()))
    with connect(home, "loader") as loader:
        import_metadata(loader, path, utc_offset_hours=None, timestamps=None, imported_by="benchmark")


def add_channels(owner: Connection) -> list[int]:
    """The mast's channels, in the order of POINTS, four each."""
    found = []
    for name, _, unit, *_ in POINTS:
        for ending, statistic in STATISTICS.items():
            row = owner.execute(CHANNELS, [SERIAL, f"{name}_{ending}", unit, statistic]).fetchone()
            assert row
            found.append(row[0])
    return found


def add_readings(owner: Connection, channels: list[int], date_from: datetime, date_to: datetime) -> int:
    """Add the readings of a period, and say that they came; returns their number."""
    of_channel = [point for point in POINTS for _ in STATISTICS]
    given = {
        "channels": channels,
        "seeds": [number // len(STATISTICS) for number in range(len(channels))],
        "statistics": [*STATISTICS.values()] * len(POINTS),
        "middles": [float(point[5]) for point in of_channel],
        "daily": [float(point[6]) for point in of_channel],
        "weekly": [float(point[7]) for point in of_channel],
        "noises": [float(point[8]) for point in of_channel],
        "date_from": date_from,
        "date_to": date_to,
    }
    with owner.transaction():
        added = owner.execute(READINGS, given).rowcount
        owner.execute(CHANGED, given)
    return added


def add_flags(home: Home, date_from: datetime, date_to: datetime) -> None:
    """Take out ten hours of all sensors every five weeks, as people do after icing and maintenance."""
    with connect(home, "loader") as loader:
        while date_from < date_to:
            begin, end = (f"{moment:%Y-%m-%dT%H:%MZ}" for moment in (date_from, date_from + timedelta(hours=10)))
            add_flag(loader, STATION, "All", begin, end, "icing", remark=None, created_by="benchmark")
            date_from += timedelta(weeks=5)
