"""Exports in processes of their own: killed on the way, and long ones measured."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from database.connection import connect
from database.home import PROJECT, Home
from tests.exporters.conftest import Export
from tests.exporters.stand_ins import Mast, Sensor

FORMATS = {"windographer": "test_mast_windographer.zip", "csv": "test_mast.csv"}


def start(mast: Mast, folder: Path, file_format: str, pause_s: float = 0) -> subprocess.Popen[str]:
    module = [sys.executable, "-m", "tests.exporters.exporting_alone"]
    arguments = [str(mast.home.path), str(folder), file_format, str(pause_s)]
    return subprocess.Popen([*module, *arguments], cwd=PROJECT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_killed_export_leaves_no_file_and_the_next_one_is_as_if_nothing_had_been(
    winter_mast: Mast, exported: Export, folder: Path, file_format: str
) -> None:
    with start(winter_mast, folder, file_format, pause_s=60) as process:
        assert process.stdout
        assert process.stdout.readline() == "slice 1\n"
        process.kill()
    (left,) = folder.iterdir()
    assert left.name.endswith(".partial")
    file = exported(winter_mast, file_format)
    assert [path.name for path in folder.iterdir()] == [FORMATS[file_format]]
    assert exported(winter_mast, file_format).sha256 == file.sha256
    assert file.rows == 100 * 144


def test_memory_does_not_grow_with_the_length_of_the_record(home: Home, folder: Path) -> None:
    mast = Mast(home)
    mast.describe(days=730, sensors=[Sensor(f"Spd{height}") for height in range(20)])
    two_years = {file_format: peak_mb(mast, folder, file_format) for file_format in FORMATS}
    with connect(home, "loader") as loader:
        loader.execute("delete from raw.reading where timestamp >= '2021-05-01Z'")
    four_months = {file_format: peak_mb(mast, folder, file_format) for file_format in FORMATS}
    # two years of CSV are 40 MB
    assert all(two_years[file_format] - four_months[file_format] < 10 for file_format in FORMATS), (
        two_years,
        four_months,
    )


def peak_mb(mast: Mast, folder: Path, file_format: str) -> float:
    with start(mast, folder, file_format) as process:
        assert process.stdout
        return float(process.stdout.read().splitlines()[-1])
