"""The simulated masts as IEA Wind Task 43 documents, version 1.3."""

from __future__ import annotations

from simulation.masts import Mast, Point, Program, Sensor, unbroken

SCHEMA_VERSION = "1.3.0-2024.03"
WRITTEN = "2024-01-15"


def document(mast: Mast) -> dict[str, object]:
    """The document of one mast, ready for JSON."""
    return {
        "author": "Simulation",
        "organisation": "StationManager",
        "date": WRITTEN,
        "version": SCHEMA_VERSION,
        "plant_type": "onshore_wind",
        "measurement_location": [_location(mast)],
    }


def _location(mast: Mast) -> dict[str, object]:
    return {
        "name": mast.name,
        "latitude_ddeg": mast.latitude,
        "longitude_ddeg": mast.longitude,
        "measurement_station_type_id": "mast",
        "notes": "A simulated mast: nothing of this was ever measured.",
        "mast_properties": {
            "mast_geometry_id": "lattice_triangle",
            "mast_height_m": max(point.height_m for point in mast.points),
        },
        "logger_main_config": [_logger(mast)],
        "measurement_point": [_point(point) for point in mast.points],
    }


def _logger(mast: Mast) -> dict[str, object]:
    return {
        "logger_oem_id": "Campbell Scientific",
        "logger_model_name": "CR1000X",
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


def _point(point: Point) -> dict[str, object]:
    unbroken(point.name, point.sensors)
    unbroken(point.name, point.programs)
    return {
        "name": point.name,
        "measurement_type_id": point.measurement_type,
        "height_m": point.height_m,
        "height_reference_id": "ground_level",
        "logger_measurement_config": [_program(point, program) for program in point.programs],
        "sensor": [_sensor(point, sensor) for sensor in point.sensors],
        "mounting_arrangement": [_mounting(point)] if point.boom_deg is not None else [],
    }


def _program(point: Point, program: Program) -> dict[str, object]:
    return {
        "slope": program.slope,
        "offset": program.offset,
        "measurement_units_id": point.unit,
        "height_m": point.height_m,
        "serial_number": program.serial,
        "date_from": program.date_from,
        "date_to": program.date_to,
        "column_name": [
            {"column_name": point.column(statistic), "statistic_type_id": statistic, "is_ignored": False}
            for statistic in point.statistics
        ],
    }


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
