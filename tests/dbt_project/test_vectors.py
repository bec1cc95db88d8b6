"""The vectors of re-calibration, from a document and recorded readings through every model to cleaned.readings.

dbt's unit tests hold each model to its half of them; here is the whole way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from database.connection import Connection, connect
from database.home import Home
from loaders import loading
from loaders.metadata.importing import import_metadata
from orchestration import building
from orchestration.dbt import run_dbt
from tests.dbt_project.conftest import Build
from tests.dbt_project.documents import document, point, sensor, vane_mounting
from tests.loaders import campaign

AT = "2016-06-15 12:00"
A = {"slope": 0.04, "offset": 0.1}
B = {"slope": 0.045, "offset": 0.3}
TURNED = {"slope": -0.5, "offset": 0}
TIPPING = {"slope": 0.25, "offset": 0}


@dataclass(frozen=True)
class Vector:
    """What a logger recorded, and what must come of it."""

    number: float  # as in the table of vectors; with a fraction where one of its rows has several, or none has it
    statistic: str
    recorded: float
    expected: float
    status: str = "recalibrated"
    certificate: dict[str, Any] = field(default_factory=lambda: A)
    logger: dict[str, Any] = field(default_factory=dict)
    measurement_type: str = "wind_speed"
    dead_band: float | None = None
    north: str | None = None

    @property
    def name(self) -> str:
        return f"V{str(self.number).replace('.', '_')}"


def rain(number: float, offset: float, expected: float, status: str) -> Vector:
    settings = {"slope": 0.2, "offset": offset, "measurement_units_id": "mm"}
    return Vector(number, "sum", 12, expected, status, TIPPING, settings, "precipitation")


def in_unit(number: float, unit: str, recorded: float, expected: float, measurement_type: str) -> Vector:
    """A value of a logger that records in another unit, and without a certificate."""
    statistic = "sum" if measurement_type == "precipitation" else "avg"
    settings = {"measurement_units_id": unit}
    return Vector(number, statistic, recorded, expected, "no_calibration", {}, settings, measurement_type)


def direction(
    number: float,
    turning: tuple[float | None, float | None],
    recorded: float,
    expected: float,
    north: str | None = None,
) -> Vector:
    """A vane, by the logger's offset and the dead band."""
    offset, dead_band = turning
    settings = {"slope": 0.351, "offset": offset, "measurement_units_id": "deg"}
    status = "no_dead_band" if dead_band is None else "identical" if offset == dead_band else "recalibrated"
    return Vector(number, "avg", recorded, expected, status, {}, settings, "wind_direction", dead_band, north)


DECLINATION = """
insert into metadata.team_table (name, sha256, path, rows, imported_by)
values ('magnetic_declinations', '', '', %s, 'a test')
"""
TOGETHER = {
    "readings": (
        "select statistic, calibrated_value, calibration_status from cleaned.readings where measurement_point = %s"
    ),
    "calibrated_readings": (
        "select statistic, calibrated_value, calibration_status from cleaned.calibrated_readings"
        " where measurement_point = %s"
    ),
}
FAHRENHEIT = {"measurement_units_id": "deg_F"}
VECTORS = [
    Vector(1, "avg", 10, 7.94),
    Vector(2, "max", 15, 11.94),
    Vector(3, "min", 8, 6.34),
    Vector(4, "sd", 1, 0.8),
    Vector(5, "avg", 10, 9.12, certificate=B),
    Vector(6, "max", 15, 13.62, certificate=B),
    Vector(7, "sd", 1, 0.9, certificate=B),
    Vector(12, "avg", 0.2, 0.1),
    Vector(13, "avg", 0, -0.06),
    rain(20, 0, 15, "recalibrated"),
    rain(21, 0.1, 12, "no_rule"),
    direction(22, (0, 180), 200, 20),
    direction(23, (10, 0), 350, 340),
    direction(24, (10, 0), 5, 355),
    direction(25, (0, 180), 180, 0),
    direction(26, (180, 180), 300, 300),
    direction(26.5, (None, 180), 200, 20),
    direction(26.6, (10, None), 200, 200),
    Vector(27, "sd", 12.5, 12.5, "not_applicable", {}, {"measurement_units_id": "deg"}, "wind_direction", 180),
    Vector(
        28, "avg", 500, 400, "recalibrated", {"sensitivity": 12.5},
        {"slope": None, "offset": None, "sensitivity": 10, "measurement_units_id": "W/m^2"},
        "global_horizontal_irradiance",
    ),
    Vector(29, "range", 5, 4),
    Vector(
        30, "avg", 20, 8.943396, certificate={"slope": 0.765, "offset": 0.35},
        logger={"slope": 1.711, "offset": 0.78, "measurement_units_id": "mph"},
    ),
    Vector(31, "avg", 50, 10, "no_calibration", {}, FAHRENHEIT, "air_temperature"),
    Vector(31.5, "sd", 9, 5, "no_calibration", {}, FAHRENHEIT, "air_temperature"),
    Vector(32, "avg", 10, 10, "no_calibration", {"slope": None, "offset": 0.1}),
    Vector(33, "avg", 10, 10, "no_logger_settings", {}, {"offset": None}),
    Vector(34, "max", 13, float("nan"), "no_partner", TURNED, {"slope": 0.5, "offset": 0}),
    # true north, by a declination of -2.5
    direction(35.1, (0, 180), 200, 17.5, "magnetic_north"),
    direction(35.2, (0, 180), 181, 358.5, "magnetic_north"),
    direction(35.3, (0, 180), 200, 20, "true_north"),
    direction(35.4, (0, 180), 200, 20, "grid_north"),
    direction(35.5, (10, None), 200, 200, "magnetic_north"),
    # units
    in_unit(36.1, "mph", 10, 4.4704, "wind_speed"),
    in_unit(36.2, "knots", 10, 5.144444, "wind_speed"),
    in_unit(36.3, "ft", 10, 3.048, "water_level"),
    in_unit(36.4, "K", 283.15, 10, "air_temperature"),
    in_unit(36.5, "mbar", 1013, 1013, "air_pressure"),
    in_unit(36.6, "kPa", 101.3, 1013, "air_pressure"),
    in_unit(36.7, "inHg", 29.92, 1013.207589, "air_pressure"),
    in_unit(36.8, "mmHg", 760, 1013.25024, "air_pressure"),
    in_unit(36.9, "inch", 0.5, 12.7, "precipitation"),
]  # fmt: skip


@dataclass(frozen=True)
class Together:
    """What a logger recorded of one sensor, and the values and statuses that must come of it, by statistic."""

    certificate: dict[str, Any]
    recorded: dict[str, float]
    expected: dict[str, tuple[float | None, str]]
    logger: dict[str, Any] = field(default_factory=dict)


DONE = "recalibrated"
SETS = {
    # 14 to 17
    "Swapped": Together(
        TURNED,
        {"avg": 10, "min": 8, "max": 13, "sd": 1},
        {"avg": (-10, DONE), "min": (-13, DONE), "max": (-8, DONE), "sd": (1, DONE)},
        {"slope": 0.5, "offset": 0},
    ),
    # 18, and the intensity of 30 seconds, for which there is no rule
    "TurbulentA": Together(
        A,
        {"avg": 10, "sd": 1, "ti": 0.1, "ti30sec": 0.07},
        {"avg": (7.94, DONE), "sd": (0.8, DONE), "ti": (0.100755668, DONE), "ti30sec": (0.07, "no_rule")},
    ),
    # 19
    "TurbulentB": Together(
        B,
        {"avg": 10, "sd": 1, "ti": 0.1},
        {"avg": (9.12, DONE), "sd": (0.9, DONE), "ti": (0.098684211, DONE)},
    ),
    "Calm": Together(
        A,
        {"avg": 0, "sd": 0.1, "ti": 0.3},
        {"avg": (-0.06, DONE), "sd": (0.08, DONE), "ti": (None, DONE)},
    ),
    "WithoutDeviation": Together(
        A,
        {"avg": 10, "ti": 0.1},
        {"avg": (7.94, DONE), "ti": (0.1, "no_rule")},
    ),
}


@pytest.fixture
def field_of_vectors(
    owner: Connection,
    import_document: Callable[[dict[str, Any]], None],
    record: Callable[[str, dict[str, float | None]], None],
    build: Build,
) -> None:
    """A station with a measurement point for each vector, some with several statistics, some whose sensor changes."""
    single = [
        point(
            vector.name,
            {vector.name: vector.statistic},
            measurement_type_id=vector.measurement_type,
            logger=vector.logger,
            sensors=[sensor(vector.certificate)],
            mounting_arrangement=[vane_mounting(vector.dead_band, vector.north)],
        )
        for vector in VECTORS
    ]
    together = [
        point(
            name,
            {f"{name}{statistic}": statistic for statistic in one.recorded},
            logger=one.logger,
            sensors=[sensor(one.certificate)],
        )
        for name, one in SETS.items()
    ]
    # 8, 9 and 11
    changes = [
        point(name, {name: "avg"}, sensors=[sensor(A, date_to=change), sensor(B, date_from=change)])
        for name, change in (("Changed", "2016-06-01T00:00:00"), ("Between", "2016-06-01T00:05:00"))
    ]
    import_document(document(*single, *together, *changes))
    owner.execute(DECLINATION, [Jsonb([{"line": 2, "station": "Mast", "declination_deg": "-2.5"}])])
    for vector in VECTORS:
        record(vector.name, {AT: vector.recorded})
    for name, one in SETS.items():
        for statistic, value in one.recorded.items():
            record(f"{name}{statistic}", {AT: value})
    record("Changed", {"2016-05-31 23:50": 10, "2016-06-01 00:00": 10})
    record("Between", {"2016-06-01 00:00": 10, "2016-06-01 00:10": 10})
    build()


@pytest.mark.usefixtures("field_of_vectors")
def test_readings_are_what_the_vectors_of_recalibration_say(analyst: Connection) -> None:
    rows = analyst.execute(
        "select measurement_point, calibrated_value, calibration_status from cleaned.readings"
    ).fetchall()
    found = {name: (value, status) for name, value, status in rows}
    for vector in VECTORS:
        value, status = found[vector.name]
        assert (vector.number, status) == (vector.number, vector.status)
        number = float("nan") if value is None else value
        assert (vector.number, number) == (vector.number, pytest.approx(vector.expected, abs=1e-6, nan_ok=True))

    for view in ("readings", "calibrated_readings"):
        for name, one in SETS.items():
            rows = analyst.execute(TOGETHER[view], [name]).fetchall()
            found_of_set = {statistic: (value, status) for statistic, value, status in rows}
            expected_of_set = {
                statistic: (number and pytest.approx(number, abs=1e-9), status)
                for statistic, (number, status) in one.expected.items()
            }
            assert (view, name, found_of_set) == (view, name, expected_of_set)

    changed = analyst.execute(
        "select measurement_point, calibrated_value, straddles_change from cleaned.readings"
        " where measurement_point in ('Changed', 'Between') order by 1, timestamp"
    ).fetchall()
    expected = [
        ("Between", 7.94, True),
        ("Between", 9.12, False),
        ("Changed", 7.94, False),
        ("Changed", 9.12, False),
    ]
    for found_row, expected_row in zip(changed, expected, strict=True):
        assert found_row == pytest.approx(expected_row)


def test_unit_tests_of_the_models_pass(instance: Home) -> None:
    run_dbt(instance, ["test", "--select", "test_type:unit"])


# When sensors change, counted in steps, whether stamps mark ends, the stamps of the file, and what must come of them
LOADED: dict[str, tuple[float, bool, list[int], list[tuple[float, bool]]]] = {
    "8 and 9": (6, False, [5, 6], [(7.94, False), (9.12, False)]),
    "10": (6, True, [6, 7], [(7.94, False), (9.12, False)]),
    "11": (6.5, False, [5, 6, 7], [(7.94, False), (7.94, True), (9.12, False)]),
    "11 by ends": (6.5, True, [6, 7, 8], [(7.94, False), (7.94, True), (9.12, False)]),
}


def test_a_change_of_sensor_is_half_open_in_files_that_label_begins_and_ends_vectors_8_to_11(
    instance: Home, tmp_path: Path
) -> None:
    for name, (change, labels_ends, steps, _) in LOADED.items():
        content = campaign.document(logger_serial_number=name, timestamp_is_end_of_period=labels_ends)
        (station,) = content["measurement_location"]
        moment = (campaign.START + change * campaign.STEP).isoformat()
        station["measurement_point"][0]["sensor"] = [sensor(A, date_to=moment), sensor(B, date_from=moment)]
        (tmp_path / f"{name}.json").write_text(
            json.dumps(content | {"measurement_location": [station | {"name": name}]})
        )
        (tmp_path / f"{name}.dat").write_bytes(campaign.toa5({step: [10] for step in steps}, serial=name))
        with connect(instance, "loader") as loader:
            import_metadata(
                loader, tmp_path / f"{name}.json", utc_offset_hours=None, timestamps=None, imported_by="a test"
            )
    loading.load(instance, sorted(tmp_path.glob("*.dat")))
    building.build(instance)
    with connect(instance, "analyst") as analyst:
        for name, (_, _, _, expected) in LOADED.items():
            rows = analyst.execute(
                "select calibrated_value, straddles_change from cleaned.readings where station = %s order by timestamp",
                [name.replace(" ", "_")],
            ).fetchall()
            assert (name, rows) == (name, [(pytest.approx(value), straddles) for value, straddles in expected])
