"""A flag, its withdrawal and a certificate are in effect without a run of dbt, and no reading is written for them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks import mast as bench
from benchmarks.flags import recalibrated
from database.connection import Connection, connect
from database.home import Home
from loaders.flags import add_flag, withdraw_flag
from loaders.metadata.importing import import_metadata
from orchestration import building
from orchestration.dbt import dbt_lock, run_dbt

START = datetime.fromisoformat("2021-01-01 00:00+00:00")
DAYS = 2
FLAGGED = ("2021-01-01T06:05Z", "2021-01-01T12:00Z")
# where each row lies and which transaction wrote it: it differs as soon as one is written anew
PLACES = """
select count(*), sum(hashtextextended(format('%s %s %s', tableoid, ctid, xmin), 0)::numeric)
from raw.reading
"""
WRITTEN = """
select relid::regclass::text, n_tup_ins + n_tup_upd + n_tup_del
from pg_stat_user_tables
"""
WAITING = "select from pg_locks where locktype = 'advisory' and not granted"
VALUES = """
select
    count(*) filter (where value is null),
    count(*) filter (where excluded_by = 'icing'),
    count(*) filter (where calibration_status = 'recalibrated'),
    count(*) filter (where calibrated_value <> recorded_value)
from cleaned.readings
"""
PIECES = "select count(*) from cleaned.channel_periods"
EXPLAIN_PIECES = "explain (format json) select distinct channel_id, date_from, date_to from cleaned.channel_periods"


@dataclass(slots=True)
class Station:
    """A mast of 80 channels, and what has been written so far."""

    home: Home
    owner: Connection
    folder: Path

    def written(self) -> dict[str, int]:
        """Rows that were written to each table in this database's life, as soon as all sessions have told."""
        self.owner.execute("select pg_stat_force_next_flush()")
        return dict(self.owner.execute(WRITTEN).fetchall())

    def places(self) -> Any:
        return self.owner.execute(PLACES).fetchone()

    def values(self) -> Any:
        return self.owner.execute(VALUES).fetchone()


@pytest.fixture
def station(instance: Home, tmp_path: Path) -> Iterator[Station]:
    with connect(instance, "owner") as owner:
        bench.import_document(instance, tmp_path)
        channels = bench.add_channels(owner)
        bench.add_readings(owner, channels, START, START + timedelta(days=DAYS))
        building.apply_metadata(instance)
        yield Station(instance, owner, tmp_path)


@pytest.fixture
def writing_nothing(station: Station) -> Iterator[None]:
    """Whatever is done meanwhile may write to small tables alone."""
    before, places = station.written(), station.places()
    yield
    assert station.places() == places
    readings = places[0]
    now = station.written()
    grown = {table: count - before.get(table, 0) for table, count in now.items() if count != before.get(table, 0)}
    assert not [table for table in grown if table.startswith(("raw.", "_timescaledb"))]
    assert grown
    assert max(grown.values()) < readings / 10


@pytest.fixture
def no_dbt(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("dbt was run")

    monkeypatch.setattr(building, "run_dbt", refuse)


def flag(station: Station) -> int:
    with connect(station.home, "loader") as loader:
        flag_id = add_flag(loader, bench.STATION, "Spd80mN", *FLAGGED, "icing", remark=None, created_by="anna")
    building.apply_flags(station.home)
    return flag_id


@pytest.mark.usefixtures("no_dbt", "writing_nothing")
def test_a_flag_and_its_withdrawal(station: Station) -> None:
    assert station.values() == (0, 0, 0, 0)
    flag_id = flag(station)
    assert station.values() == (4 * 36, 4 * 36, 0, 0)  # 06:00, which it overlaps, to 11:50, of four statistics
    with connect(station.home, "loader") as loader:
        withdraw_flag(loader, flag_id, "anna")
    building.apply_flags(station.home)
    assert station.values() == (0, 0, 0, 0)


@pytest.mark.usefixtures("no_dbt", "writing_nothing")
def test_a_certificate(station: Station) -> None:
    path = station.folder / "recalibrated.json"
    path.write_text(json.dumps(recalibrated()))
    with connect(station.home, "loader") as loader:
        import_metadata(loader, path, utc_offset_hours=None, timestamps=None, imported_by="anna")
    building.apply_metadata(station.home)
    speeds = 8 * 4 * 144 * DAYS
    assert station.values()[2] == speeds
    assert station.values()[3] > 0.9 * speeds


@pytest.mark.usefixtures("no_dbt")
def test_a_flag_does_not_wait_for_a_build_that_runs(station: Station) -> None:
    with dbt_lock(station.home):
        flag(station)
        assert station.values()[1] == 4 * 36


def test_a_build_that_was_about_to_make_a_table_does_not_undo_the_flag(station: Station) -> None:
    with ThreadPoolExecutor(1) as pool, connect(station.home, "transformer") as transformer:
        with transformer.transaction():
            transformer.execute("select ops.hold('cleaned', 'hand_made_periods')")
            built = pool.submit(run_dbt, station.home, ["run", "--select", "hand_made_periods"])
            while not station.owner.execute(WAITING).fetchall():
                assert not built.done()
                time.sleep(0.05)
            with connect(station.home, "loader") as loader:
                add_flag(loader, bench.STATION, "Spd80mN", *FLAGGED, "icing", remark=None, created_by="anna")
        built.result()
    assert station.owner.execute("select count(*) from cleaned.hand_made_periods").fetchone() == (1,)


def test_the_build_that_follows_writes_no_reading_either(station: Station) -> None:
    flag(station)
    places = station.places()
    building.build(station.home)
    assert station.places() == places
    assert station.values()[1] == 4 * 36


def test_the_planner_knows_that_no_two_pieces_are_looked_up_alike(station: Station) -> None:
    """Else it keeps the readings of each for a second look that never comes (count_looked_up_by)."""
    with connect(station.home, "loader") as loader:
        for hour in range(2, 42, 2):
            begin, end = (f"{START + timedelta(hours=hour + late):%Y-%m-%dT%H:%MZ}" for late in (0, 1))
            add_flag(loader, bench.STATION, "All", begin, end, "icing", remark=None, created_by="anna")
    building.apply_flags(station.home)
    pieces, explained = (station.owner.execute(query.encode()).fetchall()[0][0] for query in (PIECES, EXPLAIN_PIECES))
    assert pieces > 40 * 80
    assert explained[0]["Plan"]["Plan Rows"] == pieces


@pytest.mark.parametrize(
    "spoil",
    [
        "update ops.build set project_digest = 'another'",
        "update ops.dbt_relation set rows_sql = 'select 1 / 0' where relation_name = 'flagged_periods'",
    ],
)
def test_where_what_dbt_left_is_of_no_use_it_is_run(
    station: Station, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    asked: list[Sequence[str]] = []

    def recorded(home: Home, arguments: Sequence[str]) -> None:
        asked.append(arguments)
        run_dbt(home, arguments)

    monkeypatch.setattr(building, "run_dbt", recorded)
    station.owner.execute(spoil.encode())
    flag(station)
    assert len(asked) == 1
    assert set(building.METADATA_TABLES) < set(asked[0])
    assert station.values()[1] == 4 * 36


def test_what_comes_while_a_build_runs_is_for_rules_to_see_at_the_next(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots: list[str | None] = []

    def slow(home: Home, arguments: Sequence[str], *, snapshot: str | None = None, **_: object) -> None:
        with connect(home, "loader") as loader:
            add_flag(loader, bench.STATION, "Spd80mN", *FLAGGED, "icing", remark=None, created_by="anna")
        snapshots.append(snapshot)

    monkeypatch.setattr(building, "run_dbt", slow)
    building.build(station.home, full=True)
    seen = station.owner.execute(
        "select cause, pg_visible_in_snapshot(transaction, %s::pg_snapshot) from ops.changed_span", snapshots
    ).fetchall()
    assert set(seen) == {("metadata", True), ("load", True), ("flag", False)}
