"""dbt never hurts a reader: what happens to analysts while models are built, changed, and fail."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from database.connection import Connection, connect
from database.home import Home
from orchestration.dbt import BuildFailed, dbt_lock, run_dbt
from tests.conftest import closed
from tests.dbt_project.conftest import Build, insert_document, insert_readings
from tests.dbt_project.documents import document, point, sensor

RELATIONS = """
select format('%I.%I', schemaname, name)
from (
    select schemaname, tablename as name from pg_tables
    union all
    select schemaname, viewname from pg_views
) as relations
where schemaname in ('cleaned', 'exports')
order by 1
"""
FLAG = (
    "insert into metadata.flag (station, sensor, date_from, date_to, reason, source, created_by)"
    " values ('mast', 'Spd', '2021-01-01 00:10+00', '2021-01-01 00:20+00', 'icing', 'by_hand', 'a test')"
)


@pytest.fixture(scope="session")
def loaded_mast(new_home: Callable[[str], Home], built: str) -> str:
    """The name of a database with a station of one speed and three readings, built, to be copied."""
    home = new_home(built)
    with connect(home, "owner") as owner:
        speed = point("Spd", {"Spd": "avg"}, sensors=[sensor({"slope": 0.04, "offset": 0.1})])
        insert_document(owner, document(speed))
        insert_readings(owner, "Spd", {"2021-01-01 00:00": 10, "2021-01-01 00:10": 10, "2021-01-01 00:20": None})
    run_dbt(home, ["run"])
    return closed(home)


@pytest.fixture
def instance(new_home: Callable[[str], Home], loaded_mast: str) -> Home:
    """An instance with the loaded mast."""
    return new_home(loaded_mast)


def names_of_relations(reader: Connection) -> list[str]:
    return [str(name) for (name,) in reader.execute(RELATIONS)]


def count_everything(reader: Connection) -> dict[str, object]:
    return {name: reader.execute(f"select count(*) from {name}").fetchall() for name in names_of_relations(reader)}  # noqa: S608 - names from the catalogue


def fingerprint(reader: Connection) -> list[tuple[object, ...]]:
    """Row versions of all relations and rules of views: another one where anything was made anew."""
    return reader.execute(
        "select pg_class.oid, pg_class.xmin, pg_rewrite.oid, pg_rewrite.xmin from pg_class"
        " left join pg_rewrite on ev_class = pg_class.oid"
        " where relnamespace::regnamespace::text in ('reference', 'staging', 'cleaned', 'exports', 'metadata')"
        " and relkind = 'v' order by 1"
    ).fetchall()


def test_a_build_of_nothing_new_touches_no_view_and_no_row(build: Build, owner: Connection) -> None:
    views = fingerprint(owner)
    rows = owner.execute("select ctid, xmin from cleaned.channel_periods").fetchall()
    seeds = owner.execute("select ctid, xmin from reference.units").fetchall()
    build()
    assert fingerprint(owner) == views
    assert owner.execute("select ctid, xmin from cleaned.channel_periods").fetchall() == rows
    assert owner.execute("select ctid, xmin from reference.units").fetchall() == seeds


def test_a_data_test_that_fails_in_mid_build_leaves_everything_readable(
    build: Build, import_document: Callable[[dict[str, Any]], None], analyst: Connection
) -> None:
    before = count_everything(analyst)
    untyped = {**point("Spd", {"Spd": "avg"}), "measurement_type_id": None}
    import_document(document(untyped, station="Another"))
    with pytest.raises(BuildFailed):
        build()
    assert count_everything(analyst).keys() >= before.keys()
    assert analyst.execute('select "Spd_avg" from exports.mast order by timestamp').fetchall() == [
        (pytest.approx(7.94),), (pytest.approx(7.94),), (None,)
    ]  # fmt: skip


def test_a_cursor_left_open_sees_the_old_rows_while_a_build_changes_them(
    build: Build, analyst: Connection, instance: Home, owner: Connection
) -> None:
    with connect(instance, "analyst") as reading, reading.transaction():
        reading.execute("set transaction isolation level repeatable read")
        with reading.cursor(name="left_open") as cursor:
            cursor.execute('select timestamp, "Spd_avg" from exports.mast')
            cursor.fetchone()
            owner.execute(FLAG)
            build()
            assert len(cursor.fetchall()) == 2
        assert reading.execute("select count(value) from cleaned.readings").fetchone() == (2,)
    assert analyst.execute("select value, excluded_by from cleaned.readings order by timestamp").fetchall() == [
        (pytest.approx(7.94), None), (None, "icing"), (None, None)
    ]  # fmt: skip


def test_a_view_that_must_change_names_who_reads_it_and_is_still_there(
    build: Build, instance: Home, owner: Connection, analyst: Connection
) -> None:
    owner.execute("update ops.dbt_relation set sql_md5 = 'changed' where relation_name = 'readings'")
    with connect(instance, "analyst", application="notebook") as reading, reading.transaction():
        reading.execute("select 1 from cleaned.readings limit 1")
        pid = reading.info.backend_pid
        with pytest.raises(BuildFailed, match=rf"it is being read by pid {pid} \(analyst, notebook\) since 2"):
            build("--select", "readings", "--vars", "lock_patience_s: 1")
        assert analyst.execute("select count(*) from cleaned.readings").fetchone() == (3,)
    build("--select", "readings")
    assert analyst.execute("select count(*) from cleaned.readings").fetchone() == (3,)


def test_two_builds_at_once_both_end_well(instance: Home, owner: Connection, analyst: Connection) -> None:
    owner.execute(FLAG)
    owner.execute("update ops.dbt_relation set sql_md5 = 'changed'")

    def build_under_the_lock() -> None:
        with dbt_lock(instance):
            run_dbt(instance, ["run"])

    with ThreadPoolExecutor() as pool:
        for build in [pool.submit(build_under_the_lock) for _ in range(2)]:
            build.result()
    assert analyst.execute("select count(value) from cleaned.readings").fetchone() == (1,)


def test_a_flag_and_its_withdrawal_reach_the_wide_view(build: Build, owner: Connection, analyst: Connection) -> None:
    values = 'select "Spd_avg" from exports.mast order by timestamp'
    owner.execute(FLAG)
    build("--select", "hand_made_periods+")
    assert analyst.execute(values).fetchall() == [(pytest.approx(7.94),), (None,), (None,)]
    owner.execute("update metadata.flag set withdrawn_at = now(), withdrawn_by = 'a test'")
    build("--select", "hand_made_periods+")
    assert analyst.execute(values).fetchall() == [(pytest.approx(7.94),), (pytest.approx(7.94),), (None,)]


def test_the_wide_view_of_a_station_comes_described_and_goes_with_it(
    build: Build, owner: Connection, analyst: Connection
) -> None:
    described = analyst.execute(
        "select attname, col_description(attrelid, attnum) from pg_attribute"
        " where attrelid = 'exports.mast'::regclass and attnum > 0 order by attnum"
    ).fetchall()
    assert described == [
        ("timestamp", "Beginning of the averaging period, UTC."),
        ("Spd_avg", "Wind speed at 80 m, average, in m/s"),
    ]
    owner.execute("delete from metadata.document")
    build()
    assert "exports.mast" not in names_of_relations(analyst)
