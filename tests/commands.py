"""Runs the command line as a user does, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from database.home import Home

STATIONMANAGER = Path(sys.executable).with_name("stationmanager")


def run(home: Home, *arguments: object, expect: int = 0) -> str:
    """Run a command on a home and return its standard output; its exit code must be the expected one."""
    answer = subprocess.run(
        [str(STATIONMANAGER), *(str(argument) for argument in arguments)],
        env=_environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == expect, f"{answer.stdout}\n{answer.stderr}"
    return answer.stdout


def _environment(home: Home) -> dict[str, str]:
    """The home names its database itself, even where the tests' server is one that the environment names."""
    others = {name: value for name, value in os.environ.items() if name != "STATIONMANAGER_DATABASE_URL"}
    return others | {"STATIONMANAGER_HOME": str(home.path)}
