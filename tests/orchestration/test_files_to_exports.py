"""The whole way, run by Dagster without its programs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dagster import DagsterInstance, ExecuteInProcessResult

from database.connection import connect
from database.home import Home
from orchestration.definitions import build_definitions
from tests.exporters.reading_back import table
from tests.loaders.campaign import toa5

# dagster-dbt calls what its own Dagster has deprecated
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ROWS = {step: [step / 100] for step in range(300)}


@pytest.fixture
def landed_mast(mast: Home) -> Home:
    """A mast whose logger's file has landed, and beside it one that nobody can read."""
    mast.landing.mkdir()
    (mast.landing / "mast.dat").write_bytes(toa5(ROWS))
    (mast.landing / "holiday.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a logger's")
    for path in mast.landing.iterdir():  # what was written just now may not be whole yet
        os.utime(path, (0, 0))
    return mast


def run(home: Home, manifest: Path) -> ExecuteInProcessResult:
    job = build_definitions(home, manifest).resolve_job_def("files_to_exports")
    with DagsterInstance.ephemeral() as instance:
        return job.execute_in_process(instance=instance)


def test_a_file_that_landed_is_an_exported_file_afterwards_and_again_the_same(
    landed_mast: Home, manifest: Path
) -> None:
    result = run(landed_mast, manifest)

    assert result.success
    exported = landed_mast.exports / "test_mast_windographer.zip"
    rows = table(exported)
    assert len(rows) == len(ROWS)
    with connect(landed_mast, "analyst") as connection:
        values = connection.execute("select value from cleaned.readings order by timestamp").fetchall()
    assert rows["Spd [m/s]"].to_list() == [round(float(str(value)), 4) for (value,) in values]

    # the unreadable file is told, and has not stopped the other
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert [check.check_name for check in failed] == ["files_can_be_read"]
    assert "holiday.jpg" in str(failed[0].metadata["failed"].value)

    first = exported.read_bytes()
    assert run(landed_mast, manifest).success
    assert exported.read_bytes() == first
