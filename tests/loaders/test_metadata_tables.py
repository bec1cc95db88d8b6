"""CSV tables: they say what a document says, and what is wrong with them is told by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database.errors import MetadataError
from loaders.metadata.importing import read
from loaders.metadata.table_layout import LAYOUTS
from loaders.metadata.tables import assemble
from tests.loaders.metadata_documents import document, mast, tables

Tables = dict[str, bytes]


def lines(files: Tables) -> list[str]:
    return [str(problem) for problem in assemble(files)[1]]


def spoiled(name: str, old: str, new: str) -> Tables:
    files = tables()
    assert old.encode() in files[name]
    files[name] = files[name].replace(old.encode(), new.encode(), 1)
    return files


def test_tables_say_what_the_document_says() -> None:
    content, problems = assemble(tables())
    assert problems == []
    assert mast(content) == mast(document())


def test_a_document_made_of_tables_is_the_same_on_any_day() -> None:
    content, _ = assemble(tables())
    assert [content[key] for key in ("author", "organisation", "date", "version")] == [
        "not stated",
        "not stated",
        "2016-06-01",
        "1.3.0-2024.03",
    ]


@pytest.mark.parametrize("name", sorted(name for name, layout in LAYOUTS.items() if layout.may_be_missing))
def test_what_not_every_station_has_may_be_missing(name: str) -> None:
    files = tables()
    files.pop(name, None)
    if name == "sensors.csv":
        files.pop("calibrations.csv")
    assert lines(files) == []


def test_semicolons_a_byte_order_mark_other_cases_and_blank_lines_are_read() -> None:
    files = tables()
    files["measurement_points.csv"] = (
        "\ufeffName;Measurement_Type_ID;height_m;;\r\n\r\nSpd80mN;wind_speed;80;;\r\n;;;;\r\nDir78m;wind_direction;;;\r\n"
    ).encode()
    content, problems = assemble(files)
    assert problems == []
    assert mast(content) == mast(document())


def test_rows_of_several_stations_name_theirs_by_name_or_slug() -> None:
    files = tables()
    files["stations.csv"] += b"Old Mast,53,-6,mast,\n"
    for name in set(files) - {"stations.csv", "calibrations.csv"}:
        header, *rows = files[name].decode().splitlines()
        stations = ["Hill Mast", "hill_mast"] * len(rows)
        named = [f"{station},{row}" for station, row in zip(stations, rows, strict=False)]
        files[name] = "\n".join([f"station,{header}", *named]).encode()
    calibrations = files["calibrations.csv"].decode().splitlines()
    files["calibrations.csv"] = f"station,{calibrations[0]}\nHill Mast,{calibrations[1]}\n".encode()
    content, problems = assemble(files)
    assert problems == []
    assert mast(content) == mast(document())
    assert content["measurement_location"][1]["measurement_point"] == []


def test_a_certificate_counts_for_each_sensor_of_its_serial_unless_a_point_is_named() -> None:
    files = tables()
    files["sensors.csv"] += b"Dir78m,A1,2016-01-09 15:30,\n"
    content, _ = assemble(files)
    sensors = [point["sensor"][0] for point in mast(content)["measurement_point"]]
    assert [len(sensor["calibration"]) for sensor in sensors] == [1, 1]
    files["calibrations.csv"] = b"measurement_point,serial_number,slope\nDir78m,A1,1\n"
    content, _ = assemble(files)
    sensors = [point["sensor"][0] for point in mast(content)["measurement_point"]]
    assert [len(sensor.get("calibration", [])) for sensor in sensors] == [0, 1]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {**tables(), "sensor.csv": b""},
            (
                "found the table sensor.csv, expected one of stations.csv, loggers.csv, lidar_configs.csv, "
                "vertical_profiler_properties.csv, measurement_points.csv, logger_measurement_configs.csv, "
                "column_names.csv, sensors.csv, mountings.csv, interference_structures.csv, calibrations.csv; "
                "did you mean sensors.csv?"
            ),
        ),
        (
            {name: content for name, content in tables().items() if name != "loggers.csv"},
            "found no table loggers.csv, expected it, as no station can do without",
        ),
        (
            spoiled("mountings.csv", "boom_orientation_deg", "boom"),
            (
                'mountings.csv, line 1: found the column "boom", expected one of station, measurement_point, notes, '
                "date_from, date_to, mounting_type_id, boom_orientation_deg, vane_dead_band_orientation_deg, "
                "orientation_reference_id, tilt_angle_deg, boom_oem, boom_model, upstand_height_mm, "
                "upstand_diameter_mm, boom_diameter_mm, boom_length_mm, distance_from_mast_to_sensor_mm; "
                "did you mean boom_oem?"
            ),
        ),
        (
            spoiled("sensors.csv", "date_to", "date_from"),
            'sensors.csv, line 1: found the column "date_from" twice, expected each column once',
        ),
        (
            {**tables(), "sensors.csv": b"measurement_point,serial_number\nSpd80mN,A1\n"},
            'sensors.csv, line 1: found no column "date_from", expected it, as the table needs it',
        ),
        (
            {**tables(), "sensors.csv": b"\n"},
            "sensors.csv, line 1: found nothing, expected a line that names the columns",
        ),
        (
            spoiled("sensors.csv", "Spd80mN,B1,2016-06-01,", "Spd80mN,B1"),
            "sensors.csv, line 3: found 2 cells, expected 4, as many as columns are named",
        ),
        (
            spoiled("sensors.csv", "Spd80mN,B1,", 'Spd80mN,"B1,'),
            (
                "sensors.csv, line 3: found what is no CSV (unexpected end of data), expected cells "
                "whose quotes are closed"
            ),
        ),
        (
            {**tables(), "stations.csv": b"name\nT\xfcbingen\n"},
            "stations.csv, line 2: found the byte 0xfc, expected text in UTF-8; save it as CSV UTF-8",
        ),
        (
            spoiled("stations.csv", "Hill", "Hi\x00ll"),
            "stations.csv, line 2: found the byte 0x00, expected text; save it as CSV UTF-8",
        ),
        (
            spoiled("sensors.csv", "Spd80mN,B1", "Spd80mM,B1"),
            (
                'sensors.csv, line 3, column measurement_point: found "Spd80mM", '
                "expected one of Spd80mN, Dir78m; did you mean Spd80mN?"
            ),
        ),
        (
            spoiled("column_names.csv", "2016-01-09 15:30", "2016-01-09"),
            (
                'column_names.csv, line 3, column config_date_from: found "2016-01-09T00:00:00", '
                "expected one of 2016-01-09T15:30:00, 2016-06-01T00:00:00"
            ),
        ),
        (
            spoiled("calibrations.csv", "A1", "A2"),
            'calibrations.csv, line 2, column serial_number: found "A2", expected one of A1, B1',
        ),
        (
            spoiled("stations.csv", "53.3", ""),
            "stations.csv, line 2, column latitude_ddeg: found a blank cell, expected a number",
        ),
        (
            spoiled("stations.csv", ",80", ",high"),
            'stations.csv, line 2, column mast_height_m: found "high", expected a number',
        ),
        (
            spoiled("calibrations.csv", "0.04,", '"0,04",'),
            'calibrations.csv, line 2, column slope: found "0,04", expected a number',
        ),
        (
            spoiled("loggers.csv", "false", "begin"),
            'loggers.csv, line 2, column timestamp_is_end_of_period: found "begin", expected true or false',
        ),
        (
            spoiled("sensors.csv", "A1,2016-01-09", "A1,09.01.2016"),
            (
                'sensors.csv, line 2, column date_from: found "09.01.2016 15:30", '
                "expected a date and time like 2016-01-09T15:30:00"
            ),
        ),
        (
            spoiled("sensors.csv", "2016-06-01\n", "2015-06-01\n"),
            (
                'sensors.csv, line 2, column date_to: found "2015-06-01T00:00:00", '
                "expected a time not before date_from, 2016-01-09T15:30:00"
            ),
        ),
        (
            spoiled("measurement_points.csv", "Dir78m,", "Spd80mN,"),
            (
                'measurement_points.csv, line 3, column name: found "Spd80mN", '
                "expected a name of its own, or a height of its own that tells it apart"
            ),
        ),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(files: Tables, told: str) -> None:
    assert told in lines(files)


def test_a_row_must_name_its_station_where_there_are_two() -> None:
    files = tables()
    files["stations.csv"] += b"Old Mast,53,-6,mast,\n"
    told = "loggers.csv, line 2, column station: found a blank cell, expected one of Hill Mast, Old Mast"
    assert told in lines(files)


def test_one_wrong_row_is_told_once_however_often_it_counts(tmp_path: Path) -> None:
    for name, content in spoiled("column_names.csv", "Spd80mN,avg", "Spd80mN,mean").items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(MetadataError) as refused:
        read(tmp_path)
    assert refused.value.what.startswith('column_names.csv, line 2, column statistic_type_id: found "mean"')
    assert "\n" not in refused.value.what


def test_a_folder_without_tables_is_told(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Nothing here.")
    with pytest.raises(MetadataError, match="found no CSV table, expected a folder of them"):
        read(tmp_path)


CELLS = st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(
    ["", "0", "1e999", "nan", "-1", "9" * 5000, "true", "2016-01-09", "2016-01-09T15:30:00Z", '"', ",", "\n", "Spd80mN"]
)


@given(st.data())
@settings(deadline=None)
def test_tables_with_anything_in_a_cell_are_valid_or_have_problems(data: st.DataObject) -> None:
    files = tables()
    name = data.draw(st.sampled_from(sorted(files)))
    rows = [line.split(",") for line in files[name].decode().splitlines()]
    row = data.draw(st.sampled_from(rows))
    row[data.draw(st.integers(0, len(row) - 1))] = data.draw(CELLS)
    files[name] = "\n".join(",".join(cells) for cells in rows).encode()
    assert all(line.partition("found ")[2] for line in lines(files))


@given(st.dictionaries(st.sampled_from(sorted(LAYOUTS)), st.binary(max_size=80)))
@settings(deadline=None)
def test_any_bytes_are_tables_or_have_problems(replaced: Tables) -> None:
    lines({**tables(), **replaced})
