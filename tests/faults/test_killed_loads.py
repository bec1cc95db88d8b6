"""A load that is killed at any moment and run again ends as one that was never disturbed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from database.connection import connect
from database.home import Home
from loaders.loading import load
from tests.loaders.campaign import claim_mast, toa5

LOAD = """
import sys
from pathlib import Path
from database.home import Home
from loaders.loading import load
load(Home(Path(sys.argv[1])), [Path(sys.argv[2])])
"""


def table(home: Home) -> list[tuple[object, ...]]:
    with connect(home, "loader") as connection:
        return connection.execute(
            "select count(*), count(value), sum(value), min(timestamp), max(timestamp),"
            " (select count(*) from raw.file where state = 'loaded'), (select sum(readings_new) from raw.file)"
            " from raw.reading"
        ).fetchall()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten files that overlap by a half."""
    files = tmp_path_factory.mktemp("files")
    for number in range(10):
        steps = range(number * 1000, number * 1000 + 2000)
        (files / f"{number}.dat").write_bytes(toa5({step: [step % 7] for step in steps}))
    return files


@pytest.mark.parametrize("share", [0.15, 0.3, 0.45, 0.6, 0.75, 0.9])
def test_killed_and_run_again_it_ends_as_undisturbed(
    mast: Home, folder: Path, share: float, undisturbed: tuple[float, list[tuple[object, ...]]]
) -> None:
    seconds, expected = undisturbed
    process = subprocess.Popen([sys.executable, "-c", LOAD, str(mast.path), str(folder)])
    time.sleep(seconds * share)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    load(mast, [folder])
    assert table(mast) == expected


@pytest.fixture(scope="module")
def undisturbed(
    new_home: Callable[[str], Home], built: str, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[float, list[tuple[object, ...]]]:
    """How long a whole load takes, as a process, and the table that it ends with."""
    home = new_home(built)
    claim_mast(home, tmp_path_factory.mktemp("metadata"))
    begun = time.monotonic()
    subprocess.run([sys.executable, "-c", LOAD, str(home.path), str(folder)], check=True)
    return time.monotonic() - begun, table(home)
