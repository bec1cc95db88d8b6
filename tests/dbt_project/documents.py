"""Task 43 documents of a mast with one logger, made of the few things that a test is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LOGGER = "7"
START = "2016-01-01T00:00:00"


def document(*points: dict[str, Any], station: str = "Mast") -> dict[str, Any]:
    """A document of one station with these measurement points."""
    logger = {
        "logger_oem_id": "Campbell Scientific",
        "logger_serial_number": LOGGER,
        "offset_from_utc_hrs": 0,
        "averaging_period_minutes": 10,
        "timestamp_is_end_of_period": False,
        "date_from": START,
        "date_to": None,
    }
    location = {
        "name": station,
        "latitude_ddeg": 53.3,
        "longitude_ddeg": -6.2,
        "measurement_station_type_id": "mast",
        "logger_main_config": [logger],
        "measurement_point": list(points),
    }
    head = {"author": "A. Tester", "organisation": "Testers", "date": "2016-01-01", "version": "1.3.0-2024.03"}
    return {**head, "measurement_location": [location]}


def point(
    name: str,
    columns: Mapping[str, str],
    *,
    logger: Mapping[str, Any] | None = None,
    sensors: Sequence[dict[str, Any]] = (),
    **facts: Any,
) -> dict[str, Any]:
    """A measurement point; `columns` are statistics by the column that holds them, `logger` its slope, offset, unit."""
    config = {
        "slope": 0.05,
        "offset": 0.2,
        "measurement_units_id": "m/s",
        "date_from": START,
        "date_to": None,
        **(logger or {}),
        "column_name": [{"column_name": name, "statistic_type_id": statistic} for name, statistic in columns.items()],
    }
    return {
        "name": name,
        "measurement_type_id": "wind_speed",
        "height_m": 80,
        "logger_measurement_config": [config],
        "sensor": list(sensors),
        **facts,
    }


def vane_mounting(dead_band: float | None, north: str | None = None) -> dict[str, Any]:
    """A mounting with a dead band, and the north that it is stated from."""
    facts = {"vane_dead_band_orientation_deg": dead_band, "orientation_reference_id": north}
    return {"date_from": START, "date_to": None, **facts}


def sensor(certificate: Mapping[str, Any], date_from: str = START, date_to: str | None = None) -> dict[str, Any]:
    """A sensor with one certificate."""
    calibration = {"date_of_calibration": "2015-06-01", **certificate}
    return {"date_from": date_from, "date_to": date_to, "calibration": [calibration]}
