"""Runs dbt on the database of a home: one run at a time, and all that it writes lies under the home."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from database.connection import Connection, connect, libpq_environment, parameters
from database.errors import StationManagerError
from database.home import PROJECT, Home

# Every run of dbt on a database holds this lock; the number is arbitrary, and the same in every version
LOCK = 4_375_001

Report = Callable[[str], None]


# dbt begins a line with the time of day, and tells each failure once more at the end
CLOCK = re.compile(r"^\d{2}:\d{2}:\d{2}")
FAILED = re.compile(r"(Failure|Error) in (model|test|seed|snapshot|unit_test|operation|macro) ")


class BuildFailed(StationManagerError):
    """dbt could not build a model, or a data test failed. `findings` has a sentence for each."""

    def __init__(self, findings: list[str], where: str, remedy: str) -> None:
        super().__init__("\n       ".join(findings), where, remedy)
        self.findings = findings


def environment(home: Home) -> dict[str, str]:
    """The variables that dbt's profile and the project read; nothing of the caller's environment is lost."""
    given = parameters(home, "transformer")
    return {
        **os.environ,
        # dbt's own profile has no place for all of libpq's settings of encryption
        **{name: value for name, value in libpq_environment(home, "transformer").items() if name.startswith("PGSSL")},
        "STATIONMANAGER_DB_HOST": given["host"],
        "STATIONMANAGER_DB_PORT": given.get("port", "5432"),
        "STATIONMANAGER_DB_NAME": given["dbname"],
        "STATIONMANAGER_DB_USER": given["user"],
        "STATIONMANAGER_DB_PASSWORD": given["password"],
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(home.dbt / "target"),
        "DBT_LOG_PATH": str(home.dbt / "logs"),
        # not tests that look at models beyond the chosen ones, too, which are not there yet, or of another state
        "DBT_INDIRECT_SELECTION": "buildable",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONWARNINGS": "ignore",
    }


@contextmanager
def dbt_lock(home: Home, report: Report = lambda _: None) -> Iterator[None]:
    """Hold the lock of all dbt runs on this database; a second run waits until the first has ended.

    The lock belongs to a session of its own, so that it is gone when the process is, however it ends.
    """
    with connect(home, "transformer", application="stationmanager dbt lock") as connection:
        if connection.execute("select pg_try_advisory_lock(%s)", [LOCK]).fetchone() == (False,):
            report("Waiting for another dbt run on this database")
            connection.execute("select pg_advisory_lock(%s)", [LOCK])
        yield


def snapshot_now(connection: Connection) -> str:
    """What the database shows at this moment, as Postgres writes it."""
    row = connection.execute("select pg_current_snapshot()::text").fetchone()
    assert row is not None
    return str(row[0])


def begun_at(snapshot: str) -> dict[str, str]:
    """Variables that tell `stale_periods` what was there when a build began: what comes later counts as not seen.

    Models are made one after the other, so a flag may come when the tables of flags are made and rules have not looked.
    Postgres hands the setting over, since a variable of dbt's would have it parse the project anew each time.
    """
    given = os.environ.get("PGOPTIONS", "")
    return {"PGOPTIONS": f"{given} -c stationmanager.build_began_at={snapshot}".strip()}


def run_dbt(
    home: Home, arguments: Sequence[str], *, on_line: Report | None = None, snapshot: str | None = None
) -> None:
    """Run a dbt command under the caller's lock, and hand over each line that it logs.

    Args:
        home: the instance.
        arguments: of dbt.
        on_line: is given each line.
        snapshot: what the build may say it has seen; without it all that is there when rules are to judge.

    Raises BuildFailed with what dbt says of the models and tests that failed.
    """
    home.dbt.mkdir(parents=True, exist_ok=True)
    program = Path(sys.executable).with_name("dbt")
    command = [str(program), "--no-use-colors", *arguments]
    variables = environment(home) | (begun_at(snapshot) if snapshot else {})
    lines: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=variables, cwd=PROJECT
    ) as process:
        assert process.stdout
        for line in process.stdout:
            lines.append(line.rstrip())
            if on_line:
                on_line(line.rstrip())
    if process.returncode != 0:
        raise BuildFailed(
            _what_failed(lines),
            str(home.dbt / "logs" / "dbt.log"),
            "mend what is named (metadata, or the model) and run: stationmanager build",
        )


def prepare_manifest(home: Home) -> Path:
    """Dbt's manifest of the project as it stands, for Dagster and the tests of the structure."""
    run_dbt(home, ["parse", "--quiet"])
    return home.dbt / "target" / "manifest.json"


def _what_failed(lines: Sequence[str]) -> list[str]:
    """One sentence for each model or test that failed: its name, and what dbt says of it in the lines below."""
    failed: list[str] = []
    inside = False
    for line in (CLOCK.sub("", line).strip() for line in lines):
        if FAILED.match(line):
            failed.append(line)
            inside = True
        elif not line or line.startswith(("compiled code at", "Done.", "See test failures")):
            inside = False
        elif inside:
            failed[-1] += f"; {line}"
    return failed or [line for line in lines if line][-3:] or ["dbt left no message"]
