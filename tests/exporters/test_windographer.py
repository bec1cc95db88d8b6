"""The zip for Windographer: its layout, its values, what is blank in it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from database.errors import UsageError
from tests.exporters.conftest import Export
from tests.exporters.reading_back import HEAD_LINES, member, parts, table
from tests.exporters.stand_ins import START, STEP, Mast

HOUR = timedelta(hours=1)


def head(text: str) -> list[str]:
    """The lines down to the columns' names, with what differs from file to file taken out."""
    lines = text.split("\r\n")[: HEAD_LINES + 1]
    patterns = {
        r"^(Created \d\d-\d\d-\d{4} \d\d:\d\d by) .*": r"\1",
        r"^(Date/Time)\t.*": r"\1",
        r"(: ).*": r"\1",
        r"\d+": "0",
    }
    for pattern, replacement in patterns.items():
        lines = [re.sub(pattern, replacement, line) for line in lines]
    return [re.sub(r"= [NESW] ", "= ", line) for line in lines]


def test_the_layout_is_that_of_windographers_own_export(samples: Path, recorded_mast: Mast, exported: Export) -> None:
    theirs = (samples / "windographer" / "windographer_demo_data1.txt").read_bytes().decode("cp1252")
    ours = member(exported(recorded_mast).path, "all")
    assert head(ours) == head(theirs)


def test_the_head_says_where_the_station_stands_and_when_its_data_last_changed(
    recorded_mast: Mast, exported: Export
) -> None:
    assert member(exported(recorded_mast).path, "all").split("\r\n")[:6] == [
        "Created 01-06-2021 13:00 by StationManager",
        "",
        "Latitude = N 53.304900",
        "Longitude = W 6.212000",
        "Elevation = 12 m",
        "Calm threshold = 0 m/s",
    ]


def test_what_the_metadata_do_not_say_is_zero_as_in_windographers_own_files(
    samples: Path, empty_mast: Mast, exported: Export
) -> None:
    theirs = (samples / "windographer" / "windographer_demo_data1.txt").read_text("cp1252").splitlines()
    assert member(exported(empty_mast).path, "all").split("\r\n")[2:5] == theirs[2:5]


def test_every_type_of_sensor_has_a_file_with_its_columns_alone(recorded_mast: Mast, exported: Export) -> None:
    path = exported(recorded_mast).path
    assert parts(path) == ["all", "speed", "direction", "temperature", "flagging_log"]
    speeds = ["Spd80 [m/s]", "Spd80 SD [m/s]", *(f"Spd{height} [m/s]" for height in range(70, 60, -1))]
    assert list(table(path, "speed").columns) == speeds
    assert list(table(path, "direction").columns) == ["Dir78 [deg]"]
    assert list(table(path, "all").columns) == [*speeds, "Dir78 [deg]", "T2 [deg_C]"]


def test_the_parts_say_the_same_as_the_whole(recorded_mast: Mast, exported: Export) -> None:
    path = exported(recorded_mast).path
    whole = table(path)
    for part in ("speed", "direction", "temperature"):
        pd.testing.assert_frame_equal(table(path, part), whole[table(path, part).columns])


def test_values_come_back_as_they_were_calibrated_to_four_decimals(recorded_mast: Mast, exported: Export) -> None:
    speeds = table(exported(recorded_mast).path)
    for column, slope, offset in (("Spd80_avg", 2, 1), ("Spd80_sd", 2, 0), ("Spd61_avg", 1, 0), ("T2_avg", 1, 0)):
        name = recorded_mast.sensors[column].windographer_name
        wanted = [
            round(value * slope + offset, 4) for value in recorded_mast.recorded(column).values() if value is not None
        ]
        assert speeds[name].to_list() == wanted


def test_directions_are_turned_into_the_circle(recorded_mast: Mast, exported: Export) -> None:
    recorded_mast.set_reading("Dir78_avg", START, 20.5)
    recorded_mast.set_reading("Dir78_avg", START + STEP, 9.99998)
    recorded_mast.set_reading("Dir78_avg", START + 2 * STEP, 10)
    directions = table(exported(recorded_mast).path)["Dir78 [deg]"]
    assert directions.to_list()[:3] == [10.5, 0, 0]
    assert directions.between(0, 360, inclusive="left").all()


def test_a_value_that_is_no_measurement_still_comes_through(recorded_mast: Mast, exported: Export) -> None:
    recorded_mast.set_reading("T2_avg", START, 1e308)
    recorded_mast.set_reading("T2_avg", START + STEP, -0.00001)
    lines = member(exported(recorded_mast).path, "temperature").split("\r\n")
    assert lines[HEAD_LINES + 1 : HEAD_LINES + 3] == ["2021-01-01 01:00:00\t1e+308", "2021-01-01 01:10:00\t0"]


def test_stamps_are_the_stations_clock(recorded_mast: Mast, exported: Export) -> None:
    line = member(exported(recorded_mast).path, "all").split("\r\n")[HEAD_LINES + 1]
    assert line.startswith("2021-01-01 01:00:00\t")


def test_what_is_excluded_or_missing_is_blank_and_its_neighbours_stay(recorded_mast: Mast, exported: Export) -> None:
    recorded_mast.exclude("Spd80_avg", START + HOUR, START + 2 * HOUR, "icing")
    recorded_mast.set_reading("Spd70_avg", START + 3 * HOUR, None)
    recorded_mast.remove_reading("T2_avg", START + 4 * HOUR)
    file = exported(recorded_mast)
    rows = table(file.path)
    assert rows.index[rows["Spd80 [m/s]"].isna()].to_list() == [
        pd.Timestamp("2021-01-01 02:00") + k * STEP for k in range(6)
    ]
    assert rows.index[rows["Spd70 [m/s]"].isna()].to_list() == [pd.Timestamp("2021-01-01 04:00")]
    assert rows.index[rows["T2 [deg_C]"].isna()].to_list() == [pd.Timestamp("2021-01-01 05:00")]
    assert rows.drop(columns=["Spd80 [m/s]", "Spd70 [m/s]", "T2 [deg_C]"]).notna().all(axis=None)
    assert (file.rows, file.values) == (288, 288 * 14 - 8)


def test_a_step_in_which_nothing_is_valid_keeps_its_row(winter_mast: Mast, exported: Export) -> None:
    for column in winter_mast.sensors:
        winter_mast.exclude(column, START, START + STEP, "installation")
    assert "\r\n2021-01-01 01:00:00\t\t\r\n" in member(exported(winter_mast).path, "all")


def test_every_step_of_a_long_record_is_there_once_and_in_order(winter_mast: Mast, exported: Export) -> None:
    stamps = table(exported(winter_mast).path).index
    assert stamps.to_list() == list(pd.date_range("2021-01-01 01:00", periods=100 * 144, freq="10min"))


def test_a_period_takes_its_beginning_and_leaves_its_end_by_the_stations_clock(
    winter_mast: Mast, exported: Export
) -> None:
    file = exported(winter_mast, date_from=datetime(2021, 1, 31), date_to=datetime(2021, 2, 2, tzinfo=UTC))
    stamps = table(file.path).index
    assert (stamps[0], stamps[-1]) == (pd.Timestamp("2021-01-31 00:00"), pd.Timestamp("2021-02-02 00:50"))
    assert file.rows == len(stamps)


def test_what_has_not_changed_is_exported_to_the_same_bytes(recorded_mast: Mast, exported: Export) -> None:
    first = exported(recorded_mast)
    content = first.path.read_bytes()
    assert exported(recorded_mast) == first
    assert first.path.read_bytes() == content
    assert len(content) == first.bytes


def test_a_flag_moves_the_time_of_the_last_change(recorded_mast: Mast, exported: Export) -> None:
    recorded_mast.exclude("Spd80_avg", START, START + HOUR, "icing")
    assert member(exported(recorded_mast).path, "all").startswith("Created 01-06-2021 13:10 by StationManager\r\n")


def test_a_station_that_has_not_recorded_anything_gets_headers_and_no_rows(empty_mast: Mast, exported: Export) -> None:
    file = exported(empty_mast)
    assert (file.rows, file.values) == (0, 0)
    assert member(file.path, "speed").endswith("\r\n\r\nDate/Time\tSpd80 [m/s]\r\n")


def test_an_unknown_station_is_an_error_that_names_the_known_ones(
    recorded_mast: Mast, exported: Export, folder: Path
) -> None:
    with pytest.raises(UsageError, match="no station 'other'") as caught:
        exported(recorded_mast, station="other")
    assert "test_mast" in caught.value.remedy
    assert not folder.exists()


def test_an_unknown_format_is_an_error_that_names_the_known_ones(recorded_mast: Mast, exported: Export) -> None:
    with pytest.raises(UsageError, match="no format 'xls'") as caught:
        exported(recorded_mast, "xls")
    assert caught.value.remedy == "one of windographer, csv"
