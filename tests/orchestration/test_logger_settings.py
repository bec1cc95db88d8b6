"""What files say of their loggers, held against the metadata and against each other, from the file to `status`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from database.connection import connect
from database.home import Home
from tests.commands import run
from tests.dbt_project.conftest import insert_document
from tests.loaders.formats.nrg_files import SYMPHONIEPRO

SERIAL = "820604310"
COLUMN = "Ch2_Anem_85.00m_S_Avg_m/s"
FIRST = date(2024, 3, 1)
START = "2020-01-01T00:00:00"
Config = dict[str, Any]


def day(number: int, *, slope: str = "0.09350", since: str = "", zone: str = "-5:00", unit: str = "m/s") -> str:
    """A day's file of the logger, with one anemometer; from `since` on it is set to 0.05."""
    head, _, _ = SYMPHONIEPRO.partition("Sensor History")
    blocks = [block(slope, "2023-03-17 00:00:00", unit), *([block("0.05", since, unit)] if since else [])]
    midnight = datetime.combine(FIRST + timedelta(days=number), datetime.min.time())
    stamps = [midnight + step * timedelta(minutes=10) for step in range(144)]
    rows = "".join(f"{stamp:%Y-%m-%d %H:%M:%S}\t5.5\n" for stamp in stamps)
    head = head.replace("UTC-5:00", f"UTC{zone}")
    return f"{head}Sensor History\n{''.join(blocks)}Data\nTimestamp\t{COLUMN}\n{rows}"


def block(slope: str, since: str, unit: str) -> str:
    told = {
        "Channel": "2", "Effective Date": since, "Type": "Anemometer", "Serial Number": "1111", "Height": "85.00",
        "Scale Factor": slope, "Offset": "0.13900", "Units": unit,
    }  # fmt: skip
    return "".join(f"{key}:\t{value}\n" for key, value in told.items()) + "\n"


def config(slope: float = 0.0935, date_from: str = START, date_to: str | None = None, **others: object) -> Config:
    given = {
        "slope": slope, "offset": 0.139, "measurement_units_id": "m/s", "serial_number": "1111", "height_m": 85,
        "date_from": date_from, "date_to": date_to,
        "column_name": [{"column_name": COLUMN, "statistic_type_id": "avg"}],
    }  # fmt: skip
    return given | others


def document(points: Mapping[str, Sequence[Config]], *, serial: str = SERIAL, offset: float = -5) -> dict[str, Any]:
    logger = {
        "logger_serial_number": serial, "offset_from_utc_hrs": offset, "averaging_period_minutes": 10,
        "timestamp_is_end_of_period": False, "date_from": START,
    }  # fmt: skip
    location = {
        "name": "Hill", "latitude_ddeg": 50.0, "longitude_ddeg": 8.0, "measurement_station_type_id": "mast",
        "logger_main_config": [logger],
        "measurement_point": [
            {"name": name, "measurement_type_id": "wind_speed", "height_m": 85, "logger_measurement_config": configs}
            for name, configs in points.items()
        ],
    }  # fmt: skip
    return {"measurement_location": [location]}


def claim(home: Home, content: dict[str, Any]) -> None:
    with connect(home, "owner") as connection:
        insert_document(connection, content)
        connection.execute(
            "insert into ops.changed_span (date_from, date_to, cause) values ('-infinity', 'infinity', 'metadata')"
        )


def findings(home: Home) -> list[tuple[str, str]]:
    status = json.loads(run(home, "status", "--json"))
    told = [found for found in status["findings"] if found["kind"] in ("logger_settings", "logger_clock")]
    assert all((found["severity"], found["station"]) == ("warning", "hill") for found in told)
    return [(found["kind"], found["text"].rpartition(" (")[0]) for found in told]


@pytest.fixture
def loaded(instance: Home, tmp_path: Path) -> Callable[..., list[tuple[str, str]]]:
    """Loads these files under these settings of the metadata, and tells the findings."""

    def load(files: Sequence[str], *configs: Config, **others: Any) -> list[tuple[str, str]]:
        claim(instance, document({"Spd": configs}, **others))
        paths = [tmp_path / f"{number}.txt" for number in range(len(files))]
        for path, content in zip(paths, files, strict=True):
            path.write_text(content)
        run(instance, "load", *paths)
        run(instance, "build")
        return findings(instance)

    return load


Loaded = Callable[..., list[tuple[str, str]]]


def test_files_that_say_what_the_metadata_say_are_no_finding(loaded: Loaded) -> None:
    assert loaded([day(0), day(1)], config()) == []


def test_a_difference_from_the_metadata_is_told_with_its_file_and_time(loaded: Loaded) -> None:
    told = loaded([day(0), day(1)], config(0.0949, serial_number="2222", height_m=60))
    first = "in the files of logger 820604310 from 2024-03-01 05:00 UTC on"
    assert told == [
        ("logger_settings", f"Spd: the height is 85 m {first}, and 60 m in the metadata"),
        ("logger_settings", f"Spd: the serial number is 1111 {first}, and 2222 in the metadata"),
        ("logger_settings", f"Spd: the slope is 0.0935 m/s {first}, and 0.0949 m/s in the metadata"),
    ]


def test_a_logger_that_was_programmed_anew_without_anyone_telling_is_two_findings(loaded: Loaded) -> None:
    told = loaded([day(0), day(1, slope="0.05000"), day(2, slope="0.05000"), day(3)], config())
    assert told == [
        (
            "logger_settings",
            (
                "Spd: logger 820604310 changed its settings on 2024-03-02 05:00 UTC "
                "and the metadata tell of no change: the slope was 0.0935 m/s and is 0.05 m/s"
            ),
        ),
        (
            "logger_settings",
            (
                "Spd: logger 820604310 changed its settings on 2024-03-04 05:00 UTC "
                "and the metadata tell of no change: the slope was 0.05 m/s and is 0.0935 m/s"
            ),
        ),
        (
            "logger_settings",
            (
                "Spd: the slope is 0.05 m/s in the files of logger 820604310 from 2024-03-02 05:00 UTC on until "
                "2024-03-04 05:00 UTC, and 0.0935 m/s in the metadata"
            ),
        ),
    ]


def test_a_change_is_told_also_where_the_metadata_leave_the_number_open(loaded: Loaded) -> None:
    (told,) = loaded([day(0), day(1, slope="0.05000")], config(slope=None))  # type: ignore[arg-type]  # open
    assert told[1].endswith("the slope was 0.0935 m/s and is 0.05 m/s")


def test_a_change_that_the_metadata_know_is_no_finding_to_the_file(loaded: Loaded) -> None:
    noon = "2024-03-02T12:00:00"
    files = [day(0), day(1, slope="0.05000"), day(2, slope="0.05000")]
    assert loaded(files, config(date_to=noon), config(0.05, noon)) == []


def test_a_header_that_lists_its_history_counts_from_the_listed_time_on(loaded: Loaded) -> None:
    # the program of the coming day stands in the first file already
    files = [day(number, since="2024-03-02 12:00:00") for number in range(3)]
    told = loaded(files, config())
    assert [text for _, text in told] == [
        (
            "Spd: logger 820604310 changed its settings on 2024-03-02 17:00 UTC and the metadata tell of no change: "
            "the slope was 0.0935 m/s and is 0.05 m/s"
        ),
        (
            "Spd: the slope is 0.05 m/s in the files of logger 820604310 from 2024-03-02 17:00 UTC on, "
            "and 0.0935 m/s in the metadata"
        ),
    ]


def test_the_same_quantity_in_another_unit_is_told_by_the_unit_alone(loaded: Loaded) -> None:
    # 0.2091535 mph are 0.0935 m/s, 0.3109 mph are 0.139 m/s
    told = loaded([day(0)], config(0.2091535, offset=0.310934, measurement_units_id="mph"))
    assert [text for _, text in told] == [
        "Spd: the unit is m/s in the files of logger 820604310 from 2024-03-01 05:00 UTC on, and mph in the metadata"
    ]


def test_a_clock_that_the_file_states_is_held_against_the_metadata(loaded: Loaded) -> None:
    assert loaded([day(0), day(1, zone="-4:00"), day(2)], config()) == [
        (
            "logger_clock",
            (
                "stamps of logger 820604310 were read as UTC-4 h from 2024-03-02 04:00 UTC on until "
                "2024-03-03 05:00 UTC, but the metadata say -5 h"
            ),
        )
    ]


Sample = tuple[str, int, dict[str, tuple[float, float, str, str | None]], list[str]]
REAL: dict[str, Sample] = {
    "nrg/004310_2022-03-17_00.00_000835_meas.txt": (
        "820604310", -5,
        {
            "Ch2_Anem_85.00m_S_Avg_m/s": (0.0935, 0.139, "m/s", "2020-02-09"),
            "Ch3_Anem_10.00m__Avg_m/s": (0.776, 0.35, "m/s", None),
            "Ch13_Analog_40.00m_N_Avg_C": (44.743641, -40.855549, "deg_C", None),
            "Ch20_Analog_0.00m_N_Avg_W/sqm": (11.11, 0, "W/m^2", "PY76389"),
        },
        ["the slope is 0.775 m/s, and 0.776 m/s"],
    ),
    "nrg/20240111_1300_000304_002994_statistical.dat": (
        "304", 0,
        {
            "Ch12_Avg_Deg": (147.911, -1.4602, "deg", "1007000033192"),
            "Ch13_Avg_hPa": (244.193, 494.949, "mbar", "9395005337"),
            "Ch14_Avg_deg_C": (44.7436, -40.8555, "deg_C", None),
        },
        ["the serial number is 9395005336, and 9395005337"],
    ),
    "kintech/ID150020_20211117_122757.log_20211117_122803.wnd": (
        "3050612101", 0,
        {
            "F1_WS_100_0_A100L2/LK": (0.05116, 0.1844, "m/s", None),
            "F2_WS_100_180_A100L2/LK": (0.0511, 0.19, "m/s", None),
            "A5_PR_10_0_Setra276_600-1100_12V": (100, 600, "hPa", "1"),
            "A3_WD_48_0_200M": (1, 0, "deg", None),
        },
        ["the offset is 0.1901 m/s, and 0.19 m/s", "the slope is 0.05109 m/s, and 0.0511 m/s"],
    ),
    "nrg/USDOE_beresford_051201.csv": (
        "933", 0,
        {"Average Speed": (1.711, 0.78, "mph", None), "Average Direction": (1, 0, "deg", None)},
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_real_files_are_held_against_the_metadata(instance: Home, samples: Path, name: str) -> None:
    serial, offset, columns, expected = REAL[name]
    points = {
        f"P{number}": [
            config(
                slope, offset=zero, measurement_units_id=unit, serial_number=sensor, height_m=None,
                column_name=[{"column_name": column, "statistic_type_id": "avg"}],
            )
        ]
        for number, (column, (slope, zero, unit, sensor)) in enumerate(columns.items())
    }  # fmt: skip
    content = document(points, serial=serial, offset=offset)
    for point in content["measurement_location"][0]["measurement_point"]:
        point["height_m"] = None
    claim(instance, content)
    run(instance, "load", samples / name, "--logger", serial)
    run(instance, "build")
    texts = [text.split(": ", 1)[1] for kind, text in findings(instance) if kind == "logger_settings"]
    said, documented = (" in the files of", " in the metadata")
    assert [
        f"{text.partition(said)[0]}, and {text.rpartition(', and ')[2].removesuffix(documented)}" for text in texts
    ] == expected


def test_the_headers_of_years_of_daily_files_take_a_second(instance: Home) -> None:
    columns = [f"C{number}" for number in range(200)]
    settings = [
        {
            "columns": columns[4 * number : 4 * number + 4], "serial_number": f"S{number}", "height_m": 80.0,
            "slope": 0.05, "offset": 0.2, "unit": "m/s", "date_from": None, "description": "x" * 200,
        }
        for number in range(50)
    ]  # fmt: skip
    listed = [{"column_name": column, "statistic_type_id": "avg"} for column in columns[::4]]
    points = {f"P{at}": [config(0.05, offset=0.2, serial_number=f"S{at}", height_m=80, column_name=[one])]
              for at, one in enumerate(listed)}  # fmt: skip
    claim(instance, document(points))
    with connect(instance, "owner") as connection:
        connection.execute(
            "insert into raw.file (sha256, path, size_bytes, state, logger, header, utc_offset,"
            " timestamp_is_end_of_period, first_timestamp, last_timestamp)"
            " select encode(sha256(day::text::bytea), 'hex'), day::text, 1, 'loaded', %s, %s::jsonb, '-5 hours', false,"
            " timestamptz '2015-01-01 05:00+00' + day * interval '1 day',"
            " timestamptz '2015-01-02 04:50+00' + day * interval '1 day' from generate_series(1, 3000) as day",
            [SERIAL, Jsonb({"settings": settings})],
        )
        connection.execute(
            "update raw.file set header = jsonb_set(header, '{settings,7,slope}', '0.06')"
            " where path in ('2000', '2500')"
        )
    run(instance, "build")
    begun = datetime.now()
    with connect(instance, "analyst") as connection:
        for view in ("logger_settings_differences", "logger_settings_changes", "logger_clock_differences"):
            connection.execute(f"select * from cleaned.{view}".encode()).fetchall()  # noqa: S608 - ours
    took = datetime.now() - begun
    assert len(findings(instance)) == 6
    assert took < timedelta(seconds=2)
