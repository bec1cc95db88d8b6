"""A team's tables at work, through the command: what they change in values, and that taking them back undoes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from database.connection import Connection, connect
from database.home import Home
from tests.commands import run
from tests.loaders.campaign import at, document, toa5

START = "2020-01-01T00:00:00"
VANES = {"DirM": "magnetic_north", "DirT": "true_north", "DirG": "grid_north", "DirN": None}
TABLES = {
    "quality_rules.csv": [
        "station,measurement_type,rule,statistic,parameter,value",
        "Test Mast,wind_speed,range,avg,maximum,25",
    ],
    "calibration_choices.csv": ["station,serial_number,certificate", "test_mast,A1,C-2"],
    # from within a reading on, and from a later one's beginning; written in another order, and the first one left open
    "magnetic_declinations.csv": [
        "station;date_from;declination_deg",
        f"test_mast;{at(6)};3.25",
        f"Test Mast;{at(2).replace(minute=25):%Y-%m-%d %H:%M};-2.5",
    ],
}
READINGS = """
select measurement_point, value, calibrated_value, calibration_status, straddles_change, excluded_by
from cleaned.readings
where measurement_point = any(%s)
order by measurement_point, timestamp
"""
NORTHS = "select measurement_point, description from exports.columns where measurement_point like 'Dir%'"


def mast_with_vanes() -> dict[str, Any]:
    """A mast with an anemometer that has two certificates of one day, and a vane for each north."""
    content = document()
    (speed,) = content["measurement_location"][0]["measurement_point"]
    certificates = [
        {"calibration_id": "C-1", "slope": 0.04, "offset": 0.1, "date_of_calibration": "2019-06-01"},
        {"calibration_id": "C-2", "slope": 0.045, "offset": 0.3, "date_of_calibration": "2019-06-01"},
    ]
    speed["sensor"] = [{"serial_number": "A1", "date_from": START, "date_to": None, "calibration": certificates}]
    content["measurement_location"][0]["measurement_point"] += [vane(name, north) for name, north in VANES.items()]
    return content


def vane(name: str, north: str | None) -> dict[str, Any]:
    config = {
        "offset": 0,
        "measurement_units_id": "deg",
        "date_from": START,
        "date_to": None,
        "column_name": [{"column_name": f"{name}_Avg", "statistic_type_id": "avg"}],
    }
    mounting = {
        "vane_dead_band_orientation_deg": 180,
        "orientation_reference_id": north,
        "date_from": START,
        "date_to": None,
    }
    return {
        "name": name,
        "measurement_type_id": "wind_direction",
        "height_m": 78,
        "logger_measurement_config": [config],
        "mounting_arrangement": [mounting],
    }


@pytest.fixture
def field(instance: Home, write: Callable[[str, bytes], Path]) -> Home:
    """An instance with an hour and a half of that mast; one speed is too high for what the team will allow."""
    columns = ("Spd_Avg", *(f"{name}_Avg" for name in VANES))
    rows = {step: [30 if step == 5 else 10, *(181 for _ in VANES)] for step in range(9)}
    run(instance, "load", write("mast.dat", toa5(rows, columns=columns)))
    run(instance, "metadata", "import", write("mast.json", json.dumps(mast_with_vanes()).encode()))
    return instance


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """The team's tables in a folder."""
    folder = tmp_path / "team"
    folder.mkdir()
    for name, lines in TABLES.items():
        (folder / name).write_text("\n".join(lines) + "\n")
    return folder


def read(analyst: Connection, *points: str) -> list[tuple[Any, ...]]:
    return analyst.execute(READINGS, [list(points)]).fetchall()


def directions(analyst: Connection, point: str) -> list[float]:
    return [round(row[1], 9) for row in read(analyst, point)]


def test_tables_of_the_team_decide_and_are_gone_when_they_are_emptied(field: Home, tables: Path) -> None:
    with connect(field, "analyst") as analyst:
        before = read(analyst, "Spd", *VANES)
        assert [row[1:4] for row in read(analyst, "Spd")[:1]] == [(10, 10, "no_calibration")]
        assert directions(analyst, "DirM") == [1] * 9
        kinds = [finding["kind"] for finding in findings(field)]
        assert kinds == ["certificates_leave_no_choice_open", "directions_are_from_true_north"]

        answer = json.loads(run(field, "metadata", "import", tables, "--json"))
        assert [(table["name"], table["rows"], table["changed"]) for table in answer["tables"]] == [
            ("calibration_choices", 1, True),
            ("magnetic_declinations", 2, True),
            ("quality_rules", 1, True),
        ]
        speeds = [row[1:4] + row[5:] for row in read(analyst, "Spd")]
        assert speeds[4] == (pytest.approx(9.12), pytest.approx(9.12), "recalibrated", None)
        assert speeds[5] == (None, pytest.approx(27.12), "recalibrated", "range")
        # the recorded 181 is 1 by the dead band; a value begins with the numbers that hold at its beginning
        assert directions(analyst, "DirM") == [1, 1, 1, 358.5, 358.5, 358.5, 4.25, 4.25, 4.25]
        assert [row[4] for row in read(analyst, "DirM")] == [False, False, True, *[False] * 6]
        for point in ("DirT", "DirG", "DirN"):
            assert directions(analyst, point) == [1] * 9
            assert not any(row[4] for row in read(analyst, point))
        assert dict(analyst.execute(NORTHS.encode()).fetchall()) == {
            "DirM": "Wind direction at 78 m, average, from magnetic north and true north",
            "DirT": "Wind direction at 78 m, average, from true north",
            "DirG": "Wind direction at 78 m, average, from grid north",
            "DirN": "Wind direction at 78 m, average",
        }
        (finding,) = findings(field)
        assert finding["kind"] == "directions_are_from_true_north"
        assert "DirM" in finding["text"]
        assert "2021-03-01 00:25" in finding["text"]
        assert "magnetic_declinations.csv" in finding["text"]
        told = json.loads(run(field, "explain", "test_mast", "DirM", "avg", f"{at(3)}Z", "--json"))["calibration"]
        assert (told["declination_deg"], told["north"], told["applied_offset"]) == (-2.5, "true_north", 177.5)

        again = json.loads(run(field, "metadata", "import", tables, "--json"))
        assert [table["changed"] for table in again["tables"]] == [False] * 3

        for name, lines in TABLES.items():
            (tables / name).write_text(lines[0])
        run(field, "metadata", "import", tables)
        assert read(analyst, "Spd", *VANES) == before


def findings(home: Home) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(run(home, "metadata", "check", "--json", expect=1))["findings"]
    return found


def test_what_is_wrong_in_one_file_leaves_all_of_a_command_out(instance: Home, tables: Path) -> None:
    (tables / "quality_rules.csv").write_text("rule,parameter,value\nspike,difference,much\n")
    (tables.parent / "mast.json").write_text(json.dumps(mast_with_vanes()))
    answer = run(instance, "metadata", "import", tables.parent / "mast.json", tables, "--json", expect=1)
    error = json.loads(answer)["error"]
    assert error["what"].startswith('quality_rules.csv, line 2, column value: found "much", expected a number')
    assert error["where"] == str(tables / "quality_rules.csv")
    with connect(instance, "loader") as loader:
        kept = "select from metadata.document union all select from metadata.team_table"
        assert loader.execute(kept.encode()).fetchall() == []
