"""What is wrong with metadata is told with its place and its remedy, and good metadata are left alone."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from database.connection import connect
from database.home import Home
from loaders.loading import load
from loaders.metadata.importing import import_metadata
from orchestration import building, checking, status
from orchestration.metadata_tests import SHOWN
from orchestration.status import Finding
from tests.commands import run
from tests.loaders.campaign import toa5

Part = dict[str, Any]

START = "2020-01-01T00:00:00"
EXCHANGED = "2021-06-01T00:00:00"


def test_metadata_in_order_have_no_findings(mast: Home) -> None:
    assert json.loads(run(mast, "metadata", "check", "--json")) == {"findings": []}


def test_an_unknown_clock_is_a_finding_with_its_remedy(instance: Home, claim: Callable[..., None]) -> None:
    claim(instance, offset_from_utc_hrs=None)
    (finding,) = json.loads(run(instance, "metadata", "check", "--json", expect=1))["findings"]
    assert (finding["kind"], finding["severity"], finding["station"]) == (
        "loggers_state_their_clock",
        "warning",
        "test_mast",
    )
    assert "4711" in finding["text"]
    assert "--utc-offset" in finding["text"]


def good_station(name: str) -> Part:
    """A mast whose anemometer was exchanged and calibrated each time, and a vane."""

    def sensor(serial: str, date_from: str, date_to: str | None, calibrated_on: str) -> Part:
        certificate = {"slope": 0.0462, "offset": 0.2, "date_of_calibration": calibrated_on}
        facts = {"oem": "Example", "model": "Cup 1", "serial_number": serial, "calibration": [certificate]}
        return {"date_from": date_from, "date_to": date_to, **facts}

    def config(serial: str, date_from: str, date_to: str | None) -> Part:
        columns = [{"column_name": "Spd_Avg", "statistic_type_id": "avg"}]
        numbers = {"slope": 0.0465, "offset": 0.21, "measurement_units_id": "m/s", "serial_number": serial}
        return {"date_from": date_from, "date_to": date_to, "column_name": columns, **numbers}

    return {
        "name": name,
        "latitude_ddeg": 50.0,
        "longitude_ddeg": 8.0,
        "measurement_station_type_id": "mast",
        "logger_main_config": [
            {
                "logger_oem_id": "Campbell Scientific",
                "logger_serial_number": name,
                "date_from": START,
                "date_to": None,
                "offset_from_utc_hrs": 1,
                "averaging_period_minutes": 10,
                "timestamp_is_end_of_period": False,
            }
        ],
        "measurement_point": [
            {
                "name": "Spd80m",
                "measurement_type_id": "wind_speed",
                "height_m": 80,
                "logger_measurement_config": [config("A1", START, EXCHANGED), config("B1", EXCHANGED, None)],
                "sensor": [
                    sensor("A1", START, EXCHANGED, "2019-06-01"),
                    sensor("B1", EXCHANGED, None, "2021-01-01"),
                ],
            },
            {
                "name": "Dir78m",
                "measurement_type_id": "wind_direction",
                "height_m": 78,
                "logger_measurement_config": [
                    {
                        "date_from": START,
                        "date_to": None,
                        "measurement_units_id": "deg",
                        "column_name": [{"column_name": "Dir_Avg", "statistic_type_id": "avg"}],
                    }
                ],
                "mounting_arrangement": [
                    {"date_from": START, "date_to": None, "vane_dead_band_orientation_deg": 10},
                ],
            },
        ],
    }


def speed(station: Part) -> Part:
    """The station's anemometer."""
    point: Part = station["measurement_point"][0]
    return point


def with_a_twin(station: Part, slope: float) -> None:
    """Put a second anemometer of the same type beside it, without certificates, and take those of the first."""
    twin = copy.deepcopy(speed(station))
    twin["name"] = "Spd60m"
    for point in (speed(station), twin):
        for sensor in point["sensor"]:
            sensor.pop("calibration")
    for config in twin["logger_measurement_config"]:
        config["slope"] = slope
        config["column_name"][0]["column_name"] = "Spd2_Avg"
    station["measurement_point"].append(twin)


def standing(station: Part, *periods: tuple[str, str | None]) -> None:
    """Make a lidar of it that stood in these ways."""
    station["measurement_station_type_id"] = "lidar"
    station["vertical_profiler_properties"] = [
        {"date_from": date_from, "date_to": date_to, "device_orientation_deg": number}
        for number, (date_from, date_to) in enumerate(periods)
    ]


# Station, what is made wrong with it, the finding's kind, and what its text says
CASES: list[tuple[str, Callable[[Part], object], str, list[str]]] = [
    (
        "reversed",
        lambda station: speed(station)["logger_measurement_config"][0].update(date_to=START),
        "periods_end_after_they_begin",
        ["Spd80m", "logger measurement configuration", "correct its dates"],
    ),
    (
        "settings overlap",
        lambda station: speed(station)["logger_measurement_config"][0].update(date_to="2021-06-02T00:00:00"),
        "periods_of_a_history_touch",
        ["Spd80m", "logger measurement configuration", "let the older one end when the next begins"],
    ),
    (
        "sensors leave minutes",
        lambda station: speed(station)["sensor"][0].update(date_to="2021-05-31T23:59:00"),
        "periods_of_a_history_touch",
        ["Spd80m", "sensor", "2021-05-31 23:59:00"],
    ),
    (
        "loggers overlap",
        lambda station: station["logger_main_config"].append(
            {**station["logger_main_config"][0], "date_from": EXCHANGED, "logger_firmware_version": "2"}
        ),
        "periods_of_a_history_touch",
        ["loggers overlap", "logger", "2021-06-01"],
    ),
    (
        "lidar turned",
        lambda station: standing(station, (START, "2021-01-02T00:00:00"), ("2021-01-01T00:00:00", None)),
        "periods_of_a_history_touch",
        ["vertical profiler", "2021-01-01"],
    ),
    (
        "uncalibrated",
        lambda station: speed(station)["sensor"][1].pop("calibration"),
        "certificates_leave_no_gap",
        ["Spd80m", "2021-06-01", "add the certificate of the sensor that measured then"],
    ),
    (
        "away for a month",
        lambda station: speed(station)["sensor"][0].update(date_to="2021-05-01T00:00:00"),
        "certificates_leave_no_gap",
        ["Spd80m", "date from 2021-05-01", "date to 2021-06-01"],
    ),
    (
        "other serial",
        lambda station: speed(station)["sensor"][1].update(serial_number="C1"),
        "serial_numbers_agree",
        ["Spd80m", "programmed B1", "mounted C1", "correct the serial_number"],
    ),
    (
        "claimed twice",
        lambda station: station["measurement_point"][1]["logger_measurement_config"][0]["column_name"].append(
            {"column_name": "Spd_Avg", "statistic_type_id": "max"}
        ),
        "a_column_belongs_to_one_measurement_point",
        ["column Spd_Avg is Spd80m avg too", "mark the column there as ignored"],
    ),
    (
        "speed as pressure",
        lambda station: speed(station)["logger_measurement_config"][1].update(measurement_units_id="hPa"),
        "units_fit_the_measurement_type",
        ["Spd80m", "wind_speed", "hPa", "measurement_units_id"],
    ),
    (
        "no offset",
        lambda station: station["logger_main_config"][0].update(offset_from_utc_hrs=None),
        "loggers_state_their_clock",
        ["no offset", "--utc-offset"],
    ),
    (
        "in mph",
        lambda station: speed(station)["logger_measurement_config"][1].update(slope=0.104),
        "slopes_are_in_the_unit_stated",
        ["Spd80m", "2.25 times that of its certificate", "one is in mph"],
    ),
    (
        "per turn",
        lambda station: with_a_twin(station, 0.093),
        "slopes_are_in_the_unit_stated",
        ["Spd60m", "2.00 times that of most loggers here for Example Cup 1", "per turn"],
    ),
    (
        "old certificate",
        lambda station: speed(station)["sensor"][1]["calibration"][0].update(date_of_calibration="2018-01-01"),
        "certificates_are_not_old",
        ["Spd80m", "B1", "2018-01-01", "add the newer certificate"],
    ),
    (
        "two certificates",
        lambda station: speed(station)["sensor"][1]["calibration"].append(
            {"slope": 0.047, "offset": 0.2, "date_of_calibration": "2021-01-01"}
        ),
        "certificates_leave_no_choice_open",
        ["Spd80m", "choose one of the certificates in calibration_choices.csv"],
    ),
    (
        "choice lost",
        speed,
        "chosen_certificates_are_known",
        ["line 7", "certificate C-2", "correct the row of calibration_choices.csv"],
    ),
    (
        "magnetic",
        lambda station: station["measurement_point"][1]["mounting_arrangement"][0].update(
            orientation_reference_id="magnetic_north"
        ),
        "directions_are_from_true_north",
        ["Dir78m", "date from 2020-01-01", "add the declination of that time to magnetic_declinations.csv"],
    ),
    (
        "long name",
        lambda station: speed(station).update(name="S" * 60),
        "names_can_be_views_and_columns",
        ["S" * 60, "shorten the name of the measurement point"],
    ),
    (
        "columns",
        lambda station: station["measurement_point"][1].update(name="Dir78m"),
        "names_can_be_views_and_columns",
        ["exports has a table of that name"],
    ),
    (
        "unnamed column",
        speed,
        "columns_of_files_are_named",
        ["logger unnamed column", "columns BattV, PTemp", "is_ignored"],
    ),
    (
        "missing column",
        lambda station: station["measurement_point"][1]["logger_measurement_config"][0]["column_name"].append(
            {"column_name": "Dir_Std", "statistic_type_id": "sd"}
        ),
        "named_columns_arrive",
        ["logger missing column", "columns Dir_Std", "write them as the files have them"],
    ),
    (
        "two at once",
        lambda station: speed(station)["logger_measurement_config"][1]["column_name"].append(
            {"column_name": "Spd2_Avg", "statistic_type_id": "avg"}
        ),
        "one_value_for_each_point_statistic_and_time",
        ["Spd80m", "Spd2_Avg", "end the setting that names"],
    ),
]
# A choice whose certificate is no longer in the metadata
CHOICE = {"line": 7, "station": "choice lost", "serial_number": "B1", "certificate": "C-2"}
# What stations wrote, where files matter: columns by step of ten minutes from 2021-03-01 on
FILES: Mapping[str, tuple[list[str], Mapping[int, list[object]]]] = {
    "good": (["Spd_Avg", "Dir_Avg"], {0: [5, 270]}),
    "renamed": (["Spd_Avg", "Dir_Avg"], {0: [5, 270]}),
    "unnamed column": (["Spd_Avg", "Dir_Avg", "PTemp", "BattV"], {0: [5, 270, 20, 12]}),
    "missing column": (["Spd_Avg", "Dir_Avg"], {0: [5, 270]}),
    "two at once": (["Spd_Avg", "Spd2_Avg", "Dir_Avg"], {0: [5, 5, 270], 20000: [5, 5, 270]}),
}


def stations() -> list[Part]:
    """One station for each case, and two that are as they should be."""
    found = [good_station("good"), good_station("renamed")]
    speed(found[1])["logger_measurement_config"][0]["column_name"].append(
        {"column_name": "WindSpeed_Avg", "statistic_type_id": "avg"}
    )
    speed(found[1])["logger_measurement_config"][1]["column_name"] = [
        {"column_name": "WindSpeed_Avg", "statistic_type_id": "avg"}
    ]
    for number in range(SHOWN):
        found.append(good_station(f"uncalibrated {number}"))
        speed(found[-1])["sensor"][1].pop("calibration")
    for name, spoil, _, _ in CASES:
        station = good_station(name)
        spoil(station)
        found.append(station)
    return found


@pytest.fixture(scope="module")
def checked(
    new_home: Callable[[str], Home], built: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Home, list[Finding]]:
    """An instance with all of these stations, and what the check finds."""
    home, folder = new_home(built), tmp_path_factory.mktemp("metadata")
    head = {"author": "A", "organisation": "B", "date": "2024-01-01", "version": "1.3.0-2024.03"}
    document = folder / "stations.json"
    document.write_text(json.dumps({**head, "measurement_location": stations()}))
    with connect(home, "loader") as connection:
        import_metadata(connection, document, utc_offset_hours=None, timestamps=None, imported_by="a test")
        connection.execute(
            "insert into metadata.team_table (name, sha256, path, rows, imported_by)"
            " values ('calibration_choices', '', '', %s, 'a test')",
            [Jsonb([CHOICE])],
        )
    for name, (columns, rows) in FILES.items():
        (folder / f"{name}.dat").write_bytes(toa5(rows, columns=columns, serial=name))
    later = toa5({20000: [5, 270]}, columns=["WindSpeed_Avg", "Dir_Avg"], serial="renamed")
    (folder / "renamed later.dat").write_bytes(later)
    loaded = load(home, sorted(folder.glob("*.dat")))
    assert {file.state for file in loaded.files} == {"loaded"}
    building.build(home)
    return home, checking.check_metadata(home)


@pytest.mark.parametrize(("name", "kind", "words"), [(name, kind, words) for name, _, kind, words in CASES])
def test_what_is_wrong_with_a_station_is_found_with_its_remedy(
    checked: tuple[Home, list[Finding]], name: str, kind: str, words: list[str]
) -> None:
    told = [found for found in checked[1] if found.station == name.replace(" ", "_") and found.kind == kind]
    assert told
    assert {found.severity for found in told} == {"warning"}
    assert any(all(word in found.text for word in words) for found in told), told


@pytest.mark.parametrize("station", ["good", "renamed"])
def test_nothing_is_found_where_nothing_is_wrong(checked: tuple[Home, list[Finding]], station: str) -> None:
    assert [found.text for found in checked[1] if found.station == station] == []


def test_the_state_tells_what_the_check_finds(checked: tuple[Home, list[Finding]]) -> None:
    home, findings = checked
    kinds = {found.kind for found in findings}
    state = status.read(home)
    told = [found for found in state.findings if found.kind in kinds]
    assert {found.kind for found in told} == kinds
    assert {(found.kind, found.station, found.text) for found in told if found.station} <= {
        (found.kind, found.station, found.text) for found in findings
    }
    (rest,) = [found for found in told if found.station is None and found.kind == "certificates_leave_no_gap"]
    assert rest.text.endswith("more of certificates leave no gap: stationmanager metadata check")
    assert state.severity == "warning"


def test_each_check_is_tried() -> None:
    checks = [path for path in Path("tests/dbt").glob("*.sql") if "'finding'" in path.read_text()]
    tests = {path.stem.removeprefix("assert_") for path in checks}
    assert tests - {"units_are_known"} == {kind for _, _, kind, _ in CASES}
