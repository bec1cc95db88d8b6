"""Every command that the README shows is run, as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from database.home import PROJECT
from simulation.field import write_demo_field

README = (PROJECT / "README.md").read_text()
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", README, re.S) for line in block.splitlines()]
# test_demo.py and test_serving.py run what stands behind the first two; whoever runs this test has run the others
MAKE = {"make demo", "make up", "make test", "make setup"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the files that the README speaks of, and a home beside them."""
    folder = tmp_path_factory.mktemp("readme")
    write_demo_field(folder / "field", years=1)
    shutil.copy(folder / "field" / "metadata" / "alder_ridge.json", folder / "mast.json")
    periods = (folder / "field" / "erroneous_periods.csv").read_text().splitlines()
    ours = [line for line in periods if line.startswith(("Station", "alder_ridge"))]
    (folder / "erroneous_periods.csv").write_text("\n".join(ours) + "\n")
    (folder / "data").mkdir()
    for file in sorted((folder / "field" / "files" / "alder_ridge").glob("*2022_0[12].dat")):
        shutil.copy(file, folder / "data")
    yield folder
    run(folder, "stationmanager down")


def run(folder: Path, command: str) -> str:
    environment = os.environ | {
        "STATIONMANAGER_HOME": str(folder / "home"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    answer = subprocess.run(
        shlex.split(command), cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, f"{command}\n{answer.stdout}\n{answer.stderr}"
    return answer.stdout


def test_the_readme_shows_no_other_make_targets() -> None:
    assert {command for command in COMMANDS if command.startswith("make")} == MAKE


def test_every_command_of_the_readme_works_in_its_order(folder: Path) -> None:
    answers = {
        command: run(folder, command)
        for command in COMMANDS
        if not command.startswith("make") and not command.startswith("export PATH")
    }
    assert len(answers) >= 14
    reading = next(answer for command, answer in answers.items() if "cleaned.readings" in command)
    assert "recalibrated" in reading or "identical" in reading
    assert (folder / "home" / "exports" / "alder_ridge_windographer.zip").exists()
    assert answers["stationmanager url"].startswith("postgresql://analyst:")
