"""`make up`: Dagster's UI, its daemon and the catalogue are served, and all of them end together."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from database.connection import url as address
from database.errors import SetupError
from database.home import Home
from orchestration import serving
from tests.commands import STATIONMANAGER

SECONDS_TO_START = 240


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310  # an address of ours
        return str(answer.read().decode())


def test_the_service_shows_dagster_and_the_catalogue_and_ends_by_a_signal(instance: Home, tmp_path: Path) -> None:
    output = tmp_path / "output.txt"
    with output.open("w") as file:
        process = subprocess.Popen(
            [STATIONMANAGER, "serve", "--port", "13000"],
            env=os.environ | {"STATIONMANAGER_HOME": str(instance.path), "STATIONMANAGER_DATABASE_URL": url(instance)},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        addresses = wait_for_addresses(process, output)
        assert "Dagster" in page(addresses["Dagster"])
        catalogue = page(addresses["Catalogue"])
        assert "channel_periods" in catalogue
        assert "calibration_status" in catalogue
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
    assert still_running(instance) == []


def test_storage_is_there_before_anything_of_dagster_starts(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.dagster.mkdir(parents=True)
    serving.make_storage(home)
    (schedules,) = home.dagster.rglob("schedules.db")
    with closing(sqlite3.connect(schedules)) as storage:
        tables = {name for (name,) in storage.execute("select name from sqlite_master where type = 'table'")}
    assert "secondary_indexes" in tables  # the one that two processes met in


def test_one_that_ends_at_its_start_is_told_at_once() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(SetupError, match="dagster-webserver ended with exit code 3"):
            serving._wait_for(
                unused.getsockname()[1],
                {"dagster-webserver": subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])},
                seconds=30,
            )


def url(home: Home) -> str:
    return address(home, "owner")


def wait_for_addresses(process: subprocess.Popen[bytes], output: Path) -> dict[str, str]:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        found = dict(re.findall(r"(Dagster|Catalogue)\s+(http://127\.0\.0\.1:\d+)", output.read_text()))
        if len(found) == 2:
            return found
        time.sleep(0.5)
    raise AssertionError(output.read_text())


def still_running(home: Home) -> list[str]:
    """Processes of this home that outlived the service."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it has ended meanwhile
            continue
        if any(str(home.path).encode() in word for word in words):
            found.append(b" ".join(words).decode(errors="replace"))
    return found
