"""`make demo`, on a fresh home: the whole way, and what was simulated is what is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from database.connection import connect
from database.embedded import cluster
from database.home import Home
from simulation import demo
from simulation.field import simulate_demo_field
from tests.commands import run


@dataclass(frozen=True)
class Demo:
    """A home after the demo, and what the demo printed."""

    home: Home
    printed: str


@pytest.fixture(scope="module")
def shown() -> Iterator[Demo]:
    with tempfile.TemporaryDirectory(prefix="stationmanager demo ") as folder:
        Path(folder).chmod(0o755)
        home = Home(Path(folder) / "home")
        answer = subprocess.run(
            [sys.executable, "-m", "orchestration.demo"],
            env=os.environ | {"STATIONMANAGER_HOME": str(home.path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        yield Demo(home, answer.stdout)
        cluster.stop(home)


def test_it_ends_in_a_summary_of_one_screen(shown: Demo) -> None:
    summary = shown.printed.split("What you have now")[1]
    assert len(summary.splitlines()) < 30
    for word in ("1 failed", f"{demo.REJECTED_READINGS} rejected", "alder_ridge", "pampa_norte", "coverage", "make up"):
        assert word in summary


def test_every_file_is_loaded_but_the_broken_one(shown: Demo) -> None:
    status = json.loads(run(shown.home, "status", "--json"))
    assert status["severity"] == "error"
    assert status["files"].keys() == {"loaded", "failed"}
    assert status["files"]["failed"] == 1
    failed = next(finding for finding in status["findings"] if finding["kind"] == "file_failed")
    assert demo.BROKEN_FILE in failed["text"]


def test_re_calibration_finds_the_truth_again(shown: Demo) -> None:
    ridge, _ = simulate_demo_field()
    point = demo.EXCHANGED_POINT
    with connect(shown.home, "analyst") as connection:
        rows = connection.execute(
            "select extract(epoch from timestamp)::float8, calibrated_value from cleaned.readings"
            " where station = 'alder_ridge' and measurement_point = %s and statistic = 'avg' and excluded_by is null"
            " order by timestamp",
            [point],
        ).fetchall()
    times, values = np.array(rows, dtype=float).T
    begins = ridge.recording.begins.astype("datetime64[s]").astype(np.int64) - 3600
    truth = dict(zip(begins.tolist(), ridge.truth[f"{point}_Avg"].tolist(), strict=True))
    expected = np.array([truth[int(time)] for time in times])
    assert len(values) > 100_000
    # the logger rounds to three decimals
    np.testing.assert_allclose(values, expected, rtol=0, atol=0.001)


def test_the_zip_opens_and_has_a_file_for_each_type_of_sensor(shown: Demo) -> None:
    with ZipFile(shown.home.exports / "alder_ridge_windographer.zip") as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
    assert {f"alder_ridge_{part}.txt" for part in ("all", "speed", "direction", "temperature", "flagging_log")} <= names


def test_a_second_demo_changes_nothing(shown: Demo) -> None:
    def digest() -> object:
        with connect(shown.home, "loader") as connection:
            return connection.execute(
                "select count(*), sum(value::numeric), (select count(*) from metadata.flag),"
                " (select count(*) from raw.file) from raw.reading"
            ).fetchone()

    before = digest()
    subprocess.run(
        [sys.executable, "-m", "orchestration.demo"],
        env=os.environ | {"STATIONMANAGER_HOME": str(shown.home.path)},
        capture_output=True,
        check=True,
    )
    assert digest() == before
