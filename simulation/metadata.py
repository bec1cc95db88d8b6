"""The simulated masts as IEA Wind Task 43 documents, version 1.3."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from simulation.masts import Mast, Point, Program, Sensor, unbroken

SCHEMA_VERSION = "1.3.0-2024.03"
WRITTEN = "2024-01-15"


@dataclass(frozen=True, slots=True)
class Instrument:
    """Who made the logger or the remote sensing device, and how it writes.

    Attributes:
        oem: its maker, by the data model's list.
        model: what its maker calls it.
        station_type: by the data model's list.
        column: the name of the column for a point's statistic; None where it has none.
        unused: columns that hold nothing of the points.
        speed_unit: what speeds, slopes and offsets are written in, and how many m/s it is.
    """

    oem: str
    model: str
    station_type: str = "mast"
    column: Callable[[Point, str], str | None] = Point.column
    unused: tuple[str, ...] = ()
    speed_unit: tuple[str, float] = ("m/s", 1.0)


CAMPBELL = Instrument("Campbell Scientific", "CR1000X")


def document(mast: Mast, instrument: Instrument = CAMPBELL) -> dict[str, Any]:
    """The document of one mast, ready for JSON."""
    return {
        "author": "Simulation",
        "organisation": "StationManager",
        "date": WRITTEN,
        "version": SCHEMA_VERSION,
        "plant_type": "onshore_wind",
        "measurement_location": [_location(mast, instrument)],
    }


def together(documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One document of all stations."""
    return documents[0] | {"measurement_location": [one for each in documents for one in each["measurement_location"]]}


def _location(mast: Mast, instrument: Instrument) -> dict[str, Any]:
    points = [point for point in mast.points if _columns(point, instrument)]
    described = [_point(point, instrument) for point in points]
    # the data model has no place for columns but under a point
    described[-1]["logger_measurement_config"][-1]["column_name"] += [
        _column(name, "avg", is_ignored=True) for name in instrument.unused
    ]
    location: dict[str, Any] = {
        "name": mast.name,
        "latitude_ddeg": mast.latitude,
        "longitude_ddeg": mast.longitude,
        "measurement_station_type_id": instrument.station_type,
        "notes": "A simulated station: nothing of this was ever measured.",
    }
    if instrument.station_type == "mast":
        highest = max(point.height_m for point in mast.points)
        location["mast_properties"] = {"mast_geometry_id": "lattice_triangle", "mast_height_m": highest}
    return location | {"logger_main_config": [_logger(mast, instrument)], "measurement_point": described}


def _logger(mast: Mast, instrument: Instrument) -> dict[str, object]:
    return {
        "logger_oem_id": instrument.oem,
        "logger_model_name": instrument.model,
        "logger_serial_number": mast.serial,
        "logger_name": mast.name,
        "date_from": mast.date_from,
        "date_to": None,
        "offset_from_utc_hrs": mast.utc_offset_hours,
        "sampling_rate_sec": 1,
        "averaging_period_minutes": 10,
        "timestamp_is_end_of_period": mast.stamps_end,
        "clock_is_auto_synced": True,
    }


def _point(point: Point, instrument: Instrument) -> dict[str, Any]:
    unbroken(point.name, point.sensors)
    unbroken(point.name, point.programs)
    return {
        "name": point.name,
        "measurement_type_id": point.measurement_type,
        "height_m": point.height_m,
        "height_reference_id": "ground_level",
        "logger_measurement_config": [_program(point, program, instrument) for program in point.programs],
        "sensor": [_sensor(point, sensor) for sensor in point.sensors],
        "mounting_arrangement": [_mounting(point)] if point.boom_deg is not None else [],
    }


def _program(point: Point, program: Program, instrument: Instrument) -> dict[str, Any]:
    unit, factor = instrument.speed_unit if point.measurement_type == "wind_speed" else (point.unit, 1.0)
    return {
        "slope": None if program.slope is None else round(program.slope / factor, 6),
        "offset": None if program.offset is None else round(program.offset / factor, 6),
        "measurement_units_id": unit,
        "height_m": point.height_m,
        "serial_number": program.serial,
        "date_from": program.date_from,
        "date_to": program.date_to,
        "column_name": [_column(name, statistic, is_ignored=False) for name, statistic in _columns(point, instrument)],
    }


def _columns(point: Point, instrument: Instrument) -> list[tuple[str, str]]:
    """The columns of a point that the instrument writes, with their statistics."""
    named = [(instrument.column(point, statistic), statistic) for statistic in point.statistics]
    return [(name, statistic) for name, statistic in named if name is not None]


def _column(name: str, statistic: str, *, is_ignored: bool) -> dict[str, object]:
    return {"column_name": name, "statistic_type_id": statistic, "is_ignored": is_ignored}


def _sensor(point: Point, sensor: Sensor) -> dict[str, object]:
    return {
        "oem": "Simulated Instruments",
        "model": point.sensor_type,
        "serial_number": sensor.serial,
        "sensor_type_id": point.sensor_type,
        "date_from": sensor.date_from,
        "date_to": sensor.date_to,
        "calibration": [_certificate(point, sensor)] if sensor.slope is not None else [],
    }


def _certificate(point: Point, sensor: Sensor) -> dict[str, object]:
    return {
        "measurement_type_id": point.measurement_type,
        "slope": sensor.slope,
        "offset": sensor.offset,
        "report_file_name": f"certificate_{sensor.serial}.pdf",
        "date_of_calibration": sensor.calibrated_on,
        "calibration_organisation": "Simulated Wind Tunnel",
    }


def _mounting(point: Point) -> dict[str, object]:
    return {
        "mounting_type_id": "side",
        "boom_orientation_deg": point.boom_deg,
        "vane_dead_band_orientation_deg": point.dead_band_deg,
        "orientation_reference_id": "true_north",
        "date_from": point.sensors[0].date_from,
        "date_to": None,
    }
