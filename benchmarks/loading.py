"""How fast files load, beside a bare COPY BINARY of the same rows into an identical hypertable, in one run.

`python -m benchmarks.loading [--sensors N] [--days N] [--stations N]` makes a home of its own, prints a table, and
removes the home. With --stations further stations of the same size are loaded, to see whether a million readings cost
the same when many are there.
"""

from __future__ import annotations

import argparse
import platform
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import campaign
from database import preparing
from database.connection import Connection, connect
from database.embedded import cluster
from database.home import Home
from loaders.loading import load
from loaders.metadata.importing import import_metadata
from orchestration import building

IDENTICAL = """
drop table if exists bench_reading;
create table bench_reading (like raw.reading);
create unique index on bench_reading (channel_id, timestamp);
select create_hypertable('bench_reading', by_range('timestamp', interval '1 month'), create_default_indexes => false)
"""
BARE = "bare COPY BINARY"
BIG, BIG_AGAIN = "one big file", "the same file again"
DAILY, DAILY_AGAIN, OTHERS = "daily files, fresh", "the same daily files again", "its readings in daily files"
EMPTY = "truncate raw.reading, raw.channel, raw.file cascade"


@dataclass(slots=True)
class Bench:
    """An instance to measure on, and what was measured: what, seconds, readings."""

    home: Home
    folder: Path
    sensors: int
    days: int
    stations: int
    figures: list[tuple[str, float, int]] = field(default_factory=list)

    @property
    def readings(self) -> int:
        """Of one station."""
        return self.days * campaign.ROWS_A_DAY * self.sensors * len(campaign.STATISTICS)

    def station(self, serial: str) -> Path:
        """Write a station's file and import its metadata."""
        path = self.folder / f"{serial}.dat"
        campaign.write_file(path, serial, self.sensors, self.days * campaign.ROWS_A_DAY, seed=int(serial))
        campaign.write_document(self.folder / f"{serial}.json", serial, self.sensors)
        with connect(self.home, "loader") as loader:
            import_metadata(
                loader, self.folder / f"{serial}.json", utc_offset_hours=None, timestamps=None, imported_by="benchmark"
            )
        return path

    def timed(self, what: str, action: Callable[[], object]) -> None:
        """Measure an action that concerns all readings of a station."""
        begun = time.perf_counter()
        action()
        self.figures.append((what, time.perf_counter() - begun, self.readings))
        sys.stderr.write(f"{what}: {self.figures[-1][1]:.1f} s\n")

    def load(self, what: str, path: Path, *, new: bool) -> None:
        """Measure a load, and see that it did what is measured."""
        found = []
        self.timed(what, lambda: found.extend(load(self.home, [path]).files))
        assert sum(file.new for file in found) == (self.readings if new else 0), what
        assert sum(file.same for file in found) == (0 if new else self.readings), what


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loading", description=__doc__)
    parser.add_argument("--sensors", type=int, default=8, help="sensors a station, four columns each")
    parser.add_argument("--days", type=int, default=3000, help="length of a station's record")
    parser.add_argument("--stations", type=int, default=1, help="how many of that size are loaded one after the other")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stationmanager bench ") as folder:
        Path(folder).chmod(0o755)
        home = Home(Path(folder) / "home")
        preparing.prepare(home, lambda _: None)
        building.build(home)
        bench = Bench(home, Path(folder), given.sensors, given.days, given.stations)
        try:
            with connect(home, "owner") as owner:
                measure(bench, owner)
        finally:
            cluster.stop(home)
    report(bench)
    return 0


def measure(bench: Bench, owner: Connection) -> None:
    """One station as a big file and as daily ones, again, each over the other, and bare; then further stations."""
    big = bench.station("1")
    daily = bench.folder / "daily"
    campaign.split_daily(big, daily)
    bench.load(BIG, big, new=True)
    bare_copy(bench, owner)
    bench.load(BIG_AGAIN, big, new=False)
    bench.load(OTHERS, daily, new=False)
    # the archive too: what lies there already is not written again
    owner.execute(EMPTY)
    shutil.rmtree(bench.home.archive)
    bench.load(DAILY, daily, new=True)
    bench.load(DAILY_AGAIN, daily, new=False)
    for number in range(2, bench.stations + 1):
        bench.load(f"station {number}", bench.station(str(number)), new=True)


def bare_copy(bench: Bench, owner: Connection) -> None:
    """COPY alone, for the same rows chunk by chunk, which suits it best."""
    owner.execute(IDENTICAL.encode())
    with tempfile.TemporaryFile(dir=bench.folder) as rows:
        with owner.cursor().copy("copy (select * from raw.reading) to stdout (format binary)") as copy:
            for block in copy:
                rows.write(block)
        rows.seek(0)

        def bring_in() -> None:
            with owner.cursor().copy("copy bench_reading from stdin (format binary)") as copy:
                while block := rows.read(1 << 20):
                    copy.write(block)

        bench.timed(BARE, bring_in)
    owner.execute("drop table bench_reading")


def report(bench: Bench) -> None:
    """Print the figures as a table, each rate as a share of the bare one, and the memory of the largest worker."""
    took = {what: seconds for what, seconds, _ in bench.figures}
    bare = bench.readings / took[BARE]
    sys.stdout.write(f"{platform.machine()}, Python {platform.python_version()}\n")
    sys.stdout.write(f"{'what':44}{'seconds':>10}{'readings':>14}{'M/s':>8}{'of bare':>10}\n")
    for what, seconds, readings in bench.figures:
        rate = readings / seconds
        sys.stdout.write(f"{what:44}{seconds:>10.2f}{readings:>14,}{rate / 1e6:>8.2f}{rate / bare:>10.2f}\n")
    for what, over, under, asked in (
        ("bare COPY over one big file", BARE, BIG, "at least 0.8"),
        ("bare COPY over daily files", BARE, DAILY, "at least 0.5"),
        ("fresh over again, big", BIG, BIG_AGAIN, "at least 100"),
        ("fresh over again, daily", DAILY, DAILY_AGAIN, "at least 100"),
        ("fresh over the same readings in other files", DAILY, OTHERS, "at least 1"),
        (f"station {bench.stations} over station 1", f"station {bench.stations}", BIG, "at most 1.15"),
    ):
        if under in took and over in took:
            sys.stdout.write(f"{what:44}{took[over] / took[under]:>10.2f}  {asked} asked\n")
    here, workers = (
        resource.getrusage(who).ru_maxrss >> 10 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    sys.stdout.write(f"memory at most: {here} MB here, {workers} MB in a worker\n")


if __name__ == "__main__":
    raise SystemExit(main())
