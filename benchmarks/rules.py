"""What the quality rules cost, and what reading cleaned values costs, beside a plain scan of the same rows in one run.

`python -m benchmarks.rules [--days N]` makes a home of its own with a mast of 80 channels, prints a table, and removes
the home. Rules are measured from the start of the first model to the end of the last, as dbt's results say, and by the
time that Postgres says its sessions were in SQL.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks import mast
from database import preparing
from database.connection import Connection, connect
from database.embedded import cluster
from database.home import Home
from orchestration import building
from orchestration.dbt import run_dbt

START = datetime.fromisoformat(f"{mast.START} 00:00+00:00")
RULES = ["run", "--select", "path:models/cleaned/rules"]
SCAN = "select count(value), sum(value), max(timestamp) from raw.reading"
ACTIVE = "select active_time from pg_stat_database where datname = current_database()"
PIECES = "select count(*) from cleaned.channel_periods"
RAW = "copy (select * from raw.reading) to stdout (format csv)"
CLEANED = f"copy (select * from cleaned.readings where station = '{mast.STATION}') to stdout (format csv)"  # noqa: S608  # made of our own constants, none is input
LAST_WEEK = f"select * from cleaned.readings where station = '{mast.STATION}' and timestamp >= %s"  # noqa: S608  # made of our own constants, none is input
LAST_WEEK_RAW = "select * from raw.reading where timestamp >= %s"


@dataclass(slots=True)
class Bench:
    """An instance to measure on, and what was measured: what, seconds."""

    home: Home
    owner: Connection
    figures: list[tuple[str, float]] = field(default_factory=list)

    def timed(self, what: str, action: Callable[[], object]) -> None:
        """Measure something that the database does."""
        begun = time.perf_counter()
        action()
        self.note(what, time.perf_counter() - begun)

    def note(self, what: str, seconds: float) -> None:
        """Keep a figure."""
        self.figures.append((what, seconds))
        sys.stderr.write(f"{what}: {seconds:.3f} s\n")

    def judge(self, what: str) -> None:
        """Measure what the rules and all that they stand on take: elapsed, in SQL of all sessions, and the slowest."""
        before = self.active()
        run_dbt(self.home, RULES)
        told = json.loads((self.home.dbt / "target" / "run_results.json").read_text())
        steps = [step for run in told["results"] for step in run["timing"] if step["name"] == "execute"]
        begun, ended = min(step["started_at"] for step in steps), max(step["completed_at"] for step in steps)
        self.note(what, (datetime.fromisoformat(ended) - datetime.fromisoformat(begun)).total_seconds())
        self.note("  SQL of all sessions, summed", self.active() - before)
        seconds = {run["unique_id"].split(".")[-1]: run["execution_time"] for run in told["results"]}
        for name in sorted(seconds, key=seconds.__getitem__, reverse=True)[:5]:
            self.note(f"  {name}", seconds[name])

    def active(self) -> float:
        """Seconds that sessions have spent in SQL; a session says so when it ends, dbt's have."""
        (row,) = self.owner.execute(ACTIVE).fetchall()
        return float(row[0]) / 1000

    def answered(self, what: str, query: str, since: datetime, serialize: str) -> None:
        """Measure planning and execution within the database: a client's own work on 80,640 rows would hide them."""
        explain = f"explain (analyze, timing off, serialize {serialize}, format json) {query}"
        runs = [self.owner.execute(explain.encode(), [since]).fetchall()[0][0][0] for _ in range(5)]
        self.note(what, min(run["Planning Time"] + run["Execution Time"] for run in runs) / 1000)

    def copied(self, query: str) -> None:
        """Have all rows of a query sent as CSV, and keep none."""
        with self.owner.cursor().copy(query.encode()) as copy:
            for _ in copy:
                pass


Measure = Callable[[Bench, Path, int], int]


def main() -> int:
    """Measure and print."""
    return run("rules", __doc__, measure)


def run(name: str, description: str | None, measure: Measure) -> int:
    """Make a home, measure on it, print; `measure` gets a folder and the days, and returns the number of readings."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=description)
    parser.add_argument("--days", type=int, default=2190, help="length of the mast's record, 11,520 readings a day")
    days = parser.parse_args().days
    with tempfile.TemporaryDirectory(prefix="stationmanager bench ") as folder:
        Path(folder).chmod(0o755)
        home = Home(Path(folder) / "home")
        preparing.prepare(home, lambda _: None)
        try:
            with connect(home, "owner") as owner:
                bench = Bench(home, owner)
                readings = measure(bench, Path(folder), days)
        finally:
            cluster.stop(home)
    report(bench, readings)
    return 0


def measure(bench: Bench, folder: Path, days: int) -> int:
    """The rules at first and after one more day, and reading what they left; returns the number of readings."""
    mast.import_document(bench.home, folder)
    channels = mast.add_channels(bench.owner)
    building.build(bench.home)
    end = START + timedelta(days=days)
    readings = mast.add_readings(bench.owner, channels, START, end)
    mast.add_flags(bench.home, START, end)
    bench.owner.execute("vacuum analyze raw.reading")
    bench.timed("plain scan", lambda: bench.owner.execute(SCAN).fetchall())
    bench.judge("all rules, the first time")
    mast.add_readings(bench.owner, channels, end, end + timedelta(days=1))
    bench.judge("all rules, one more day")
    building.build(bench.home)
    (pieces,) = bench.owner.execute(PIECES).fetchall()
    sys.stderr.write(f"{pieces[0]:,} pieces of calibration, settings and erroneous periods\n")
    bench.timed("COPY of the raw rows", lambda: bench.copied(RAW))
    bench.timed("COPY of cleaned.readings", lambda: bench.copied(CLEANED))
    week = end - timedelta(days=6)
    bench.answered("last week of raw.reading", LAST_WEEK_RAW, week, "none")
    bench.answered("last week of cleaned.readings", LAST_WEEK, week, "none")
    bench.answered("  raw, made into text", LAST_WEEK_RAW, week, "text")
    bench.answered("  cleaned, made into text", LAST_WEEK, week, "text")
    return readings


def report(bench: Bench, readings: int) -> None:
    """Print the figures as a table, each beside the plain scan."""
    scan = dict(bench.figures)["plain scan"]
    sys.stdout.write(f"{readings:,} readings\n{'what':36}{'seconds':>10}{'of a scan':>12}\n")
    for what, seconds in bench.figures:
        sys.stdout.write(f"{what:36}{seconds:>10.3f}{seconds / scan:>12.2f}\n")


if __name__ == "__main__":
    raise SystemExit(main())
