"""A campaign to measure with: TOA5 files of any size, written as whole columns, and the metadata of their loggers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

START = np.datetime64("2015-01-01T00:00:00", "s")
STEP = np.timedelta64(600, "s")
ROWS_A_DAY = 144
STATISTICS = ("Avg", "Std", "Min", "Max")


def names(sensors: int) -> list[str]:
    """The columns of a logger: four a sensor."""
    return [f"Sensor{sensor}_{statistic}" for sensor in range(sensors) for statistic in STATISTICS]


def write_file(path: Path, serial: str, sensors: int, rows: int, seed: int) -> None:
    """Write a logger's record of so many rows of 10 minutes as one file, as LoggerNet does."""
    columns = names(sensors)
    header = [
        f'"TOA5","Bench","CR1000","{serial}","CR1000.Std.32","CPU:bench.CR1","1","Ten"',
        ",".join(f'"{name}"' for name in ("TIMESTAMP", "RECORD", *columns)),
        ",".join(f'"{unit}"' for unit in ("TS", "RN", *("m/s" for _ in columns))),
        ",".join(f'"{name.rpartition("_")[2]}"' for name in ("_", "_", *columns)),
    ]
    random = np.random.default_rng(seed)
    stamps = START + np.arange(rows) * STEP
    table = {"TIMESTAMP": pa.array(np.char.replace(stamps.astype(str), "T", " ")), "RECORD": pa.array(np.arange(rows))}
    for name in columns:
        table[name] = pa.array(random.integers(0, 30000, rows) / 1000)
    with path.open("wb") as file:
        file.write(("\r\n".join(header) + "\r\n").encode())
        options = csv.WriteOptions(include_header=False, quoting_style="needed")
        csv.write_csv(pa.table(table), file, options)


def split_daily(path: Path, folder: Path) -> int:
    """Write a file's rows as files of a day each; returns their number."""
    folder.mkdir()
    with path.open("rb") as file:
        header = b"".join(file.readline() for _ in range(4))
        day = 0
        while rows := [line for line in (file.readline() for _ in range(ROWS_A_DAY)) if line]:
            (folder / f"{day:05}.dat").write_bytes(header + b"".join(rows))
            day += 1
    return day


def document(serial: str, sensors: int) -> dict[str, Any]:
    """The Task 43 document of a logger's mast."""
    start = "2014-01-01T00:00:00"
    points = [
        {
            "name": f"Sensor{sensor}",
            "measurement_type_id": "wind_speed",
            "height_m": 10 + sensor,
            "logger_measurement_config": [
                {
                    "slope": 0.05,
                    "offset": 0.2,
                    "measurement_units_id": "m/s",
                    "date_from": start,
                    "date_to": None,
                    "column_name": [
                        {"column_name": f"Sensor{sensor}_Avg", "statistic_type_id": "avg", "is_ignored": False}
                    ],
                }
            ],
        }
        for sensor in range(sensors)
    ]
    logger = {
        "logger_oem_id": "Campbell Scientific",
        "logger_serial_number": serial,
        "date_from": start,
        "date_to": None,
        "offset_from_utc_hrs": 0,
        "averaging_period_minutes": 10,
        "timestamp_is_end_of_period": False,
    }
    location = {
        "name": f"Bench {serial}",
        "latitude_ddeg": 50.0,
        "longitude_ddeg": 8.0,
        "measurement_station_type_id": "mast",
        "logger_main_config": [logger],
        "measurement_point": points,
    }
    return {
        "author": "Benchmark",
        "organisation": "Benchmark",
        "date": "2021-01-01",
        "version": "1.3.0-2024.03",
        "measurement_location": [location],
    }


def write_document(path: Path, serial: str, sensors: int) -> None:
    """Write it."""
    path.write_text(json.dumps(document(serial, sensors)))
