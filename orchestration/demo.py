"""The demo: a simulated measurement field goes the whole way by the commands that a user would type."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from database.connection import connect
from database.home import Home
from orchestration.cli.console import answers, home, print_table, say
from simulation import demo
from simulation.field import write_demo_field
from simulation.short_stations import DAYS, short_stations

SUMMARY = """
select
    readings.station,
    count(distinct readings.timestamp) as timestamps,
    count(*) as readings,
    count(*) filter (where readings.excluded_by is not null) as taken_out,
    count(readings.value) as valid,
    round(
        100.0 * count(readings.value) / (
            count(distinct (readings.measurement_point, readings.statistic))
            * (1 + extract(epoch from max(readings.timestamp) - min(readings.timestamp)) / 600)
        ),
        1
    ) as coverage_percent
from cleaned.readings
where readings.station = any(%s)
group by readings.station
order by readings.station
"""
OTHERS = "select count(distinct station), count(*) from cleaned.readings where station <> all(%s)"
FORMATS = "select distinct format from raw.file where state = 'loaded' order by format"
FILES = """
select
    count(*) as files,
    count(*) filter (where state = 'failed') as failed,
    sum(readings_new) as new,
    sum(readings_same) as same,
    sum(readings_changed + readings_kept) as differing,
    sum(readings_rejected) as rejected
from raw.file
"""
FOUND = """
select
    string_agg(told, ', ' order by rule_position) filter (where mode = 'exclude'),
    string_agg(told, ', ' order by rule_position) filter (where mode = 'report')
from (
    select mode, rule_position, format('%s %s', rule, to_char(count(*), 'FM999,999,999')) as told
    from cleaned.rule_periods
    group by mode, rule_position, rule
) as rules
"""
FLAGS = "select count(distinct flag_id), count(distinct reason) from cleaned.flagged_periods where source <> 'rule'"


def main() -> int:
    """Run the demo in the home that the environment names; the exit code is that of the first command that failed."""
    here = home()
    begun = time.monotonic()
    field = here.path / "demo"
    count = len(short_stations())
    say(f"Writing two years of two masts, and {DAYS} days of {count} stations of other formats, to {field}")
    write_demo_field(field)
    here.formats.mkdir(parents=True, exist_ok=True)
    for description in (field / "formats").iterdir():
        shutil.copy(description, here.formats)
    sources = [station.mast.slug for station in short_stations() if not station.states_logger]
    steps: list[tuple[list[object], int]] = [
        (["up"], 0),
        (["metadata", "import", *sorted((field / "metadata").iterdir())], 0),
        # one of the files is broken on purpose, and a load that leaves a file out says so by its exit code
        (["load", field / "files"], 1),
        # their files don't say which logger they are of; the demo's configuration does
        (["fetch", *sources], 0),
        # before the build, so that rules look at what people have left in
        (["flag", "import", field / "erroneous_periods.csv"], 0),
        (["build"], 0),
        (["export"], 0),
    ]
    for arguments, expected in steps:
        if (code := _command(here, arguments, field / "stationmanager.toml")) not in {0, expected}:
            return code
    _summary(here, time.monotonic() - begun)
    return 0


def _command(here: Home, arguments: list[object], configuration: Path) -> int:
    words = [os.path.relpath(word) if isinstance(word, Path) else str(word) for word in arguments]
    answers.print(f"\n[bold]$ stationmanager {' '.join(words)}[/bold]")
    program = Path(sys.executable).with_name("stationmanager")
    own = {"STATIONMANAGER_HOME": str(here.path), "STATIONMANAGER_CONFIG": str(configuration)}
    return subprocess.run([program, *words], check=False, env=os.environ | own).returncode


def _summary(here: Home, seconds: float) -> None:
    with connect(here, "exporter") as connection:
        files = connection.execute(FILES.encode()).fetchone()
        flags = connection.execute(FLAGS.encode()).fetchone()
        found = connection.execute(FOUND.encode()).fetchone()
        masts = [demo.RIDGE.slug, demo.PLAIN.slug]
        stations = connection.execute(SUMMARY.encode(), [masts]).fetchall()
        others = connection.execute(OTHERS.encode(), [masts]).fetchone()
        formats = [str(name) for (name,) in connection.execute(FORMATS.encode()).fetchall()]
    assert files is not None
    assert flags is not None
    assert others is not None
    assert found is not None
    answers.print(f"\n[bold]What you have now[/bold]  (in {seconds:.0f} s)\n")
    answers.print(
        "{:,} files: {:,} failed; readings: {:,} new, {:,} the same again, {:,} differing, {:,} rejected".format(*files)
    )
    answers.print(f"{len(formats)} formats: {', '.join(formats)}")
    answers.print("{:,} erroneous periods by hand, for {:,} reasons".format(*flags))
    answers.print("periods that rules take out: {}\nperiods that they only tell of: {}\n".format(*found))
    print_table(
        ["station", "timestamps", "readings", "taken out", "valid", "coverage %"],
        stations,
        right=["timestamps", "readings", "taken out", "valid", "coverage %"],
    )
    answers.print("{:,} short stations, of which each sent another format: {:,} readings".format(*others))
    answers.print(f"\nfiles for Windographer   {here.exports}", markup=False)
    answers.print(f"what was simulated       {here.path / 'demo'}", markup=False)
    answers.print("\n[bold]What to try next[/bold]\n")
    answers.print("make up                                 Dagster's UI and the data catalogue", markup=False)
    answers.print(".venv/bin/stationmanager status         what failed, waits or was rejected", markup=False)
    answers.print(
        ".venv/bin/stationmanager sql \"select * from cleaned.readings where station = 'alder_ridge' limit 5\"",
        markup=False,
    )
    answers.print(".venv/bin/stationmanager flag list      who took what out, and why", markup=False)
    answers.print(".venv/bin/stationmanager down           stop the database", markup=False)


if __name__ == "__main__":
    raise SystemExit(main())
