"""Migrations go up and down, and leave each role with what it needs and nothing more."""

import psycopg
import pytest
from psycopg import sql

from database import migrating
from database.connection import Role, connect
from database.home import Home

SCHEMAS = ("raw", "metadata", "reference", "staging", "cleaned", "exports")


def schemas(home: Home) -> set[str]:
    with connect(home, "owner") as connection:
        return {str(name) for (name,) in connection.execute("select nspname from pg_namespace").fetchall()}


def test_down_to_nothing_and_up_again(home: Home) -> None:
    assert set(SCHEMAS) <= schemas(home)
    migrating.downgrade(home, "base")
    assert not set(SCHEMAS) & schemas(home)
    migrating.upgrade(home)
    assert set(SCHEMAS) <= schemas(home)


def test_going_up_twice_changes_nothing(home: Home) -> None:
    migrating.upgrade(home)
    assert set(SCHEMAS) <= schemas(home)


def test_readings_are_a_hypertable_with_one_value_a_channel_and_time(home: Home) -> None:
    with connect(home, "loader") as connection:
        connection.execute("insert into raw.reading values ('2020-01-01Z', 1, 1, 5.0)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into raw.reading values ('2020-01-01Z', 1, 2, 6.0)")
    with connect(home, "owner") as connection:
        row = connection.execute("select count(*) from timescaledb_information.chunks").fetchone()
    assert row == (1,)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("analyst", "select * from metadata.document"),
        ("analyst", "select * from metadata.flag"),
        ("analyst", "select * from ops.changed_span"),
        ("analyst", "delete from raw.reading"),
        ("analyst", "insert into raw.reading values (now(), 1, 1, 1)"),
        ("exporter", "select * from metadata.document"),
        ("exporter", "delete from raw.reading"),
        ("transformer", "delete from raw.reading"),
        ("transformer", "update metadata.flag set reason = ''"),
        ("loader", "delete from raw.file"),
        ("loader", "delete from metadata.flag"),
        ("loader", "create table raw.mine (x int)"),
    ],
)
def test_a_role_may_not(home: Home, role: Role, statement: str) -> None:
    with connect(home, role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    "table", ["raw.reading", "raw.file", "raw.channel", "raw.rejected_row", "raw.superseded_reading"]
)
def test_an_analyst_may_read_the_raw_tables(home: Home, table: str) -> None:
    with connect(home, "analyst") as connection:
        assert (
            connection.execute(sql.SQL("select * from {}").format(sql.Identifier(*table.split(".")))).fetchall() == []
        )


def test_each_role_has_its_own_limit_of_connections(home: Home) -> None:
    with connect(home, "owner") as connection:
        limits = connection.execute(
            "select rolconnlimit from pg_roles where rolname in ('loader', 'transformer', 'exporter', 'analyst')"
        ).fetchall()
    assert len(limits) == 4
    assert all(isinstance(limit, int) and limit > 0 for (limit,) in limits)
