"""How fast files load, beside a bare COPY BINARY of the same rows into an identical hypertable, in one run.

`python -m benchmarks.loading [--years N]` makes a home of its own, prints a table, and removes the home.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from database import preparing
from database.connection import Connection, connect
from database.embedded import cluster
from database.home import Home
from loaders.loading import load
from loaders.metadata.importing import import_metadata
from orchestration import building
from simulation.field import write_demo_field

Figures = list[tuple[str, float, int]]

IDENTICAL = """
create table bench_reading (like raw.reading);
create unique index on bench_reading (channel_id, timestamp);
select create_hypertable('bench_reading', by_range('timestamp', interval '1 month'), create_default_indexes => false)
"""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loading", description=__doc__)
    parser.add_argument("--years", type=int, default=2, help="length of the simulated record")
    years = parser.parse_args().years
    with tempfile.TemporaryDirectory(prefix="stationmanager bench ") as folder:
        Path(folder).chmod(0o755)
        home = Home(Path(folder) / "home")
        preparing.prepare(home, lambda _: None)
        try:
            figures = measure(home, Path(folder) / "field", years)
        finally:
            cluster.stop(home)
    report(figures)
    return 0


def measure(home: Home, field: Path, years: int) -> Figures:
    """Load the demo's masts, one of monthly and one of daily files, again, and bare."""
    write_demo_field(field, years=years)
    building.build(home)
    figures: Figures = []
    with connect(home, "loader") as loader:
        for document in sorted((field / "metadata").glob("*.json")):
            import_metadata(loader, document, utc_offset_hours=None, timestamps=None, imported_by="benchmark")
        for station, kind in (("alder_ridge", "monthly files"), ("pampa_norte", "daily files")):
            files = field / "files" / station
            readings = count(loader)
            seconds = timed(lambda files=files: load(home, [files]))  # type: ignore[misc]  # a closure of this round
            readings = count(loader) - readings
            figures.append((f"load, {kind}", seconds, readings))
            again = timed(lambda files=files: load(home, [files]))  # type: ignore[misc]  # a closure of this round
            figures.append((f"load again, {kind}", again, readings))
    with connect(home, "owner") as owner:
        figures.append(("COPY BINARY, bare", *bare_copy(owner)))
    return figures


def bare_copy(owner: Connection) -> tuple[float, int]:
    """The time of COPY alone, for the same rows in the same order of channel and time, and their number."""
    owner.execute(IDENTICAL.encode())
    with tempfile.TemporaryFile() as rows:
        with owner.cursor().copy(
            "copy (select * from raw.reading order by channel_id, timestamp) to stdout (format binary)"
        ) as copy:
            for block in copy:
                rows.write(block)
        rows.seek(0)

        def bring_in() -> None:
            with owner.cursor().copy("copy bench_reading from stdin (format binary)") as copy:
                while block := rows.read(1 << 20):
                    copy.write(block)

        return timed(bring_in), count(owner)


def count(connection: Connection) -> int:
    """Readings in the database."""
    row = connection.execute("select count(*) from raw.reading").fetchone()
    assert row is not None
    return int(row[0])


def timed(action: Callable[[], object]) -> float:
    """Seconds that an action takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def report(figures: Figures) -> None:
    """Print the figures as a table, and each rate as a share of the bare one."""
    _, bare_seconds, bare_readings = figures[-1]
    bare = bare_readings / bare_seconds
    sys.stdout.write(json.dumps({"machine": platform.machine(), "python": platform.python_version()}) + "\n")
    sys.stdout.write(f"{'what':32}{'seconds':>10}{'readings':>14}{'M/s':>8}{'of bare':>10}\n")
    for what, seconds, readings in figures:
        rate = readings / seconds
        sys.stdout.write(f"{what:32}{seconds:>10.2f}{readings:>14,}{rate / 1e6:>8.2f}{rate / bare:>10.2f}\n")


if __name__ == "__main__":
    raise SystemExit(main())
