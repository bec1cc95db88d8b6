"""The whole service in the foreground: Dagster's UI and daemon, and dbt's catalogue, until one of them ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from database.errors import SetupError
from database.home import PROJECT, Home
from loaders.fetching.folder import make_landing
from orchestration.dbt import dbt_lock, environment, run_dbt
from orchestration.instance import instance_settings

Report = Callable[[str], None]
Processes = dict[str, subprocess.Popen[bytes]]
PORTS_TRIED = 100
SECONDS_TO_END = 20


def write_catalogue(home: Home, report: Report) -> Path:
    """Write dbt's catalogue as one page, in a folder of its own: what else dbt writes is nobody's business."""
    report("Writing the catalogue")
    with dbt_lock(home, report):
        run_dbt(home, ["docs", "generate", "--static"])
    page = home.dbt / "catalogue" / "index.html"
    page.parent.mkdir(exist_ok=True)
    (home.dbt / "target" / "static_index.html").replace(page)
    return page


def serve(home: Home, *, first_port: int, report: Report) -> None:
    """Start Dagster's webserver and daemon and the catalogue, tell their addresses, and wait.

    Raises SetupError where one of them ends by itself.
    """
    home.dagster.mkdir(parents=True, exist_ok=True)
    make_landing(home)
    (home.dagster / "dagster.yaml").write_text(instance_settings())
    make_storage(home)
    page = write_catalogue(home, report)
    ui, catalogue = _free_ports(first_port, 2)
    commands = {
        "dagster-webserver": ["dagster-webserver", "-h", "127.0.0.1", "-p", str(ui)],
        "dagster-daemon": ["dagster-daemon", "run"],
    }
    surroundings = environment(home) | {
        "DAGSTER_HOME": str(home.dagster),
        "STATIONMANAGER_HOME": str(home.path),
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }
    module = ["-m", "orchestration.definitions"]
    running = {
        name: subprocess.Popen(
            [_program(command[0]), *command[1:], *module], env=surroundings, cwd=PROJECT, start_new_session=True
        )
        for name, command in commands.items()
    }
    pages = [sys.executable, "-m", "http.server", str(catalogue), "--bind", "127.0.0.1"]
    running["catalogue"] = subprocess.Popen(
        [*pages, "--directory", str(page.parent)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(ui, running)
        report(f"Dagster    http://127.0.0.1:{ui}")
        report(f"Catalogue  http://127.0.0.1:{catalogue}")
        report("Ctrl-C ends both; the database runs on (stationmanager down stops it)")
        _wait_until_one_ends(running)
    finally:
        _end(running)


def make_storage(home: Home) -> None:
    """Make the tables of Dagster's own storage: webserver and daemon begin together, and would both make them."""
    from dagster import DagsterInstance  # noqa: PLC0415  # takes longer to import than all else, for this alone

    with DagsterInstance.from_config(str(home.dagster)):
        pass


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _free_ports(first: int, count: int) -> list[int]:
    free = []
    for port in range(first, first + PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        free.append(port)
        if len(free) == count:
            return free
    raise SetupError(f"no ports are free from {first} on", "127.0.0.1", "stationmanager serve --port PORT")


def _wait_for(port: int, running: Processes, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        _refuse_ended(running)
        time.sleep(0.2)
    raise SetupError("Dagster's UI did not start", f"127.0.0.1:{port}", "see its messages above")


def _wait_until_one_ends(running: Processes) -> None:
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    while True:
        _refuse_ended(running)
        time.sleep(0.5)


def _refuse_ended(running: Processes) -> None:
    for name, process in running.items():
        if process.poll() is not None:
            raise SetupError(f"{name} ended with exit code {process.returncode}", name, "see its messages above")


def _end(running: Processes) -> None:
    """End all of them, and with each the processes that it has started: it leads a session of its own."""
    for process in running.values():
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    for process in running.values():
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_END)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
