"""A small measurement campaign for tests: a document of one mast, and files that its logger could have written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from database.connection import connect
from database.home import Home
from loaders.metadata.importing import import_metadata

SERIAL = "4711"
START = datetime(2021, 3, 1)
STEP = timedelta(minutes=10)


def at(step: int) -> datetime:
    """The stamp of a step of ten minutes, counted from the campaign's beginning."""
    return START + step * STEP


def toa5(
    rows: Mapping[int, Sequence[object]],
    *,
    columns: Sequence[str] = ("Spd_Avg",),
    serial: str = SERIAL,
    table: str = "Ten",
    unit: str = "m/s",
) -> bytes:
    """A TOA5 file with a row for each step, in the order given; None is what the logger writes for missing."""
    lines = [
        f'"TOA5","Mast","CR1000","{serial}","CR1000.Std.32","CPU:mast.CR1","1","{table}"',
        ",".join(f'"{name}"' for name in ("TIMESTAMP", "RECORD", *columns)),
        ",".join(f'"{unit}"' for unit in ("TS", "RN", *(unit for _ in columns))),
        ",".join(f'"{process}"' for process in ("", "", *("Avg" for _ in columns))),
    ]
    for number, (step, values) in enumerate(rows.items()):
        cells = ",".join('"NAN"' if value is None else str(value) for value in values)
        lines.append(f'"{at(step):%Y-%m-%d %H:%M:%S}",{number},{cells}')
    return ("\r\n".join(lines) + "\r\n").encode()


def document(**logger: Any) -> dict[str, Any]:
    """A Task 43 document of the mast; arguments change its logger."""
    start = "2020-01-01T00:00:00"
    configuration = {
        "slope": 0.05,
        "offset": 0.2,
        "measurement_units_id": "m/s",
        "date_from": start,
        "date_to": None,
        "column_name": [{"column_name": "Spd_Avg", "statistic_type_id": "avg", "is_ignored": False}],
    }
    main = {
        "logger_oem_id": "Campbell Scientific",
        "logger_serial_number": SERIAL,
        "date_from": start,
        "date_to": None,
        "offset_from_utc_hrs": 0,
        "averaging_period_minutes": 10,
        "timestamp_is_end_of_period": False,
    }
    return {
        "author": "A. Tester",
        "organisation": "Testers",
        "date": "2021-01-01",
        "version": "1.3.0-2024.03",
        "measurement_location": [
            {
                "name": "Test Mast",
                "latitude_ddeg": 50.0,
                "longitude_ddeg": 8.0,
                "measurement_station_type_id": "mast",
                "logger_main_config": [main | logger],
                "measurement_point": [
                    {
                        "name": "Spd",
                        "measurement_type_id": "wind_speed",
                        "height_m": 80,
                        "logger_measurement_config": [configuration],
                    }
                ],
            }
        ],
    }


def claim_mast(home: Home, folder: Path, **logger: Any) -> None:
    """Import the mast's document into an instance; arguments change its logger."""
    path = folder / "mast.json"
    path.write_text(json.dumps(document(**logger)))
    with connect(home, "loader") as connection:
        import_metadata(connection, path, utc_offset_hours=None, timestamps=None, imported_by="a test")
