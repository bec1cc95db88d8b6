"""The wide CSV, checked by pandas."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pandas as pd

from tests.exporters.conftest import Export
from tests.exporters.stand_ins import START, STEP, Mast


def test_pandas_finds_every_calibrated_value_with_all_its_digits(recorded_mast: Mast, exported: Export) -> None:
    recorded_mast.set_reading("Spd80_avg", START, 1 / 3)
    file = exported(recorded_mast, "csv")
    text = pd.read_csv(file.path, index_col="timestamp", parse_dates=True, dtype=str)
    rows = text.astype(float)  # to the last digit, which read_csv leaves to its version
    for column, sensor in recorded_mast.sensors.items():
        wanted = pd.Series(recorded_mast.recorded(column)) * sensor.slope + sensor.offset
        wanted = wanted % 360 if sensor.is_circular else wanted
        pd.testing.assert_series_equal(
            rows[column], wanted, check_names=False, check_freq=False, check_index_type=False
        )
    assert rows["Spd80_avg"].iloc[0] == 1 / 3 * 2 + 1
    assert (file.rows, file.values) == (288, rows.notna().sum().sum())


def test_timestamps_are_iso_8601_in_utc(recorded_mast: Mast, exported: Export) -> None:
    lines = exported(recorded_mast, "csv").path.read_text().splitlines()
    assert lines[0].startswith("timestamp,Spd80_avg,Spd80_sd,Spd70_avg,")
    assert lines[1].startswith("2021-01-01T00:00:00Z,")
    assert lines[-1].startswith("2021-01-02T23:50:00Z,")


def test_what_is_not_valid_is_blank(winter_mast: Mast, exported: Export) -> None:
    winter_mast.exclude("Spd80_avg", START, START + STEP, "icing")
    winter_mast.set_reading("T2_avg", START, None)
    winter_mast.remove_reading("T2_avg", START + STEP)
    lines = exported(winter_mast, "csv").path.read_text().splitlines()
    assert lines[1] == "2021-01-01T00:00:00Z,,"
    assert lines[2].endswith(",")


def test_the_file_is_what_the_report_says(winter_mast: Mast, exported: Export) -> None:
    file = exported(winter_mast, "csv")
    content = file.path.read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (file.bytes, file.sha256)
    assert file.rows == len(content.splitlines()) - 1


def test_a_reading_at_the_change_of_a_month_is_there_once(winter_mast: Mast, exported: Export) -> None:
    stamps = pd.read_csv(exported(winter_mast, "csv").path, usecols=["timestamp"], parse_dates=["timestamp"])[
        "timestamp"
    ]
    assert (stamps.diff().iloc[1:] == timedelta(minutes=10)).all()
