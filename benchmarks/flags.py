"""How long until a flag or a certificate is in effect, beside a plain scan of the same rows in one run.

`python -m benchmarks.flags [--days N]` makes a home of its own with a mast of 80 channels that all rules have judged,
prints a table, and removes the home. A command is measured from its start to the moment when `cleaned.readings` says
otherwise; that none of them writes a reading is looked at, too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import mast
from benchmarks.rules import SCAN, START, Bench, run
from database.connection import connect
from loaders.metadata.importing import import_metadata
from orchestration import building

COMMAND = Path(sys.executable).with_name("stationmanager")
POINT = "Spd80mN"
IN_EFFECT = f"""
select value, calibrated_value from cleaned.readings
where station = '{mast.STATION}' and measurement_point = '{POINT}' and statistic = 'avg' and timestamp = %s
"""  # noqa: S608  # made of our own constants, none is input
# all that was ever written to readings, in this database's life
WRITTEN = """
select sum(n_tup_ins + n_tup_upd + n_tup_del)
from pg_stat_user_tables
inner join timescaledb_information.chunks on schemaname = chunk_schema and relname = chunk_name
where hypertable_schema = 'raw' and hypertable_name = 'reading'
"""
PERIODS = "select count(*) from cleaned.channel_periods"


def measure(bench: Bench, folder: Path, days: int) -> int:
    """A flag on one point, one on the station, their withdrawal, and a certificate; returns the number of readings."""
    mast.import_document(bench.home, folder)
    channels = mast.add_channels(bench.owner)
    building.build(bench.home)
    readings = mast.add_readings(bench.owner, channels, START, START + timedelta(days=days))
    bench.owner.execute("vacuum analyze raw.reading")
    bench.timed("plain scan", lambda: bench.owner.execute(SCAN).fetchall())
    bench.timed("build, all rules the first time", lambda: building.build(bench.home))
    sys.stderr.write(f"{one(bench, PERIODS)[0]:,} periods\n")
    written = one(bench, WRITTEN)

    middle = START + timedelta(days=days // 2)
    asked = [middle + timedelta(hours=1)]
    to = f"{middle + timedelta(days=7):%Y-%m-%dT%H:%MZ}"
    given = ["--from", f"{middle:%Y-%m-%dT%H:%MZ}", "--to", to, "--reason", "icing"]
    for what, sensor in (("one point", POINT), ("the whole station", "All")):
        timed(bench, f"a flag on {what}", ["flag", "add", mast.STATION, "--sensor", sensor, *given])
        assert one(bench, IN_EFFECT, asked)[0] is None, "the flag is not in effect"
    for flag_id in (1, 2):
        timed(bench, f"its withdrawal, flag {flag_id}", ["flag", "withdraw", str(flag_id)])
    assert one(bench, IN_EFFECT, asked)[0] is not None, "the flags are still in effect"
    bench.timed("build after the flags", lambda: building.build(bench.home))

    before = one(bench, IN_EFFECT, asked)[1]
    bench.timed("a certificate for each anemometer", lambda: recalibrate(bench, folder))
    assert one(bench, IN_EFFECT, asked)[1] != before, "the certificate is not in effect"
    bench.timed("build after the certificates", lambda: building.build(bench.home))
    assert one(bench, WRITTEN) == written, "readings were written"
    return readings


def one(bench: Bench, query: str, given: list[Any] | None = None) -> tuple[Any, ...]:
    """The only row of a query."""
    row = bench.owner.execute(query.encode(), given).fetchone()
    assert row
    return row


def timed(bench: Bench, what: str, arguments: list[str]) -> None:
    """Measure a command, its own start included."""

    def command() -> None:
        environment = os.environ | {"STATIONMANAGER_HOME": str(bench.home.path)}
        subprocess.run([str(COMMAND), *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)

    bench.timed(what, command)


def recalibrated() -> dict[str, Any]:
    """The mast's document with a certificate for each anemometer."""
    document = mast.document()
    for point in document["measurement_location"][0]["measurement_point"]:
        if point["measurement_type_id"] == "wind_speed":
            certificate = {"slope": 1.02, "offset": -0.05, "date_of_calibration": "2014-11-03"}
            period = {"date_from": f"{mast.START}T00:00:00", "date_to": None}
            point["sensor"] = [{"serial_number": f"S{point['name']}", **period, "calibration": [certificate]}]
    return document


def recalibrate(bench: Bench, folder: Path) -> None:
    """What `metadata import` does until the new numbers are in effect; its build goes on from there."""
    path = folder / "recalibrated.json"
    path.write_text(json.dumps(recalibrated()))
    with connect(bench.home, "loader") as loader:
        import_metadata(loader, path, utc_offset_hours=None, timestamps=None, imported_by="benchmark")
    building.apply_metadata(bench.home)


def main() -> int:
    """Measure and print."""
    return run("flags", __doc__, measure)


if __name__ == "__main__":
    raise SystemExit(main())
