"""The database's functions by which dbt makes and changes views and tables, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from database.connection import Connection, connect
from database.home import Home


@pytest.fixture
def transformer(home: Home) -> Iterator[Connection]:
    """dbt's role, with a table `cleaned.numbers` and a view `cleaned.doubled` on it."""
    with connect(home, "transformer") as connection:
        connection.execute("create table cleaned.numbers as select 1 as number")
        replace_view(connection, "doubled", "select number * 2 as number from cleaned.numbers")
        yield connection


@pytest.fixture
def analyst(home: Home) -> Iterator[Connection]:
    with connect(home, "analyst") as connection:
        yield connection


def replace_view(
    connection: Connection, name: str, body: str, *, patience: str = "0 s", may_drop: bool = False
) -> object:
    answer = connection.execute(
        "select ops.replace_view('cleaned', %s, %s, %s, %s, %s)", [name, body, body, patience, may_drop]
    ).fetchone()
    assert answer
    return answer[0]


def replace_table(connection: Connection, rows: str, *, patience: str = "0 s", may_drop: bool = False) -> object:
    with connection.transaction():
        connection.execute(f"create temporary table new_rows on commit drop as {rows}")
        answer = connection.execute(
            "select ops.replace_table('cleaned', 'numbers', 'pg_temp.new_rows',"
            " 'create table cleaned.numbers (like pg_temp.new_rows)', %s, %s)",
            [patience, may_drop],
        ).fetchone()
    assert answer
    return answer[0]


def values(connection: Connection, relation: str) -> list[tuple[object, ...]]:
    return connection.execute(f"select * from cleaned.{relation} order by 1").fetchall()  # noqa: S608 - our own names


def test_a_view_is_left_alone_unless_it_or_its_definition_changed(transformer: Connection) -> None:
    body = "select number * 2 as number from cleaned.numbers"
    assert replace_view(transformer, "doubled", body) == "unchanged"
    transformer.execute("create or replace view cleaned.doubled as select 0 as number")
    assert replace_view(transformer, "doubled", body) == "replaced"
    transformer.execute("drop view cleaned.doubled")
    assert replace_view(transformer, "doubled", body) == "created"
    assert values(transformer, "doubled") == [(2,)]


def test_what_stands_on_a_view_outlives_a_change_of_its_columns(transformer: Connection, analyst: Connection) -> None:
    replace_view(transformer, "redoubled", "select number * 2 as number from cleaned.doubled")
    replace_view(transformer, "both", "select d.number, r.number as other from cleaned.doubled d, cleaned.redoubled r")
    transformer.execute("comment on view cleaned.redoubled is 'Four times.'")
    transformer.execute("comment on column cleaned.redoubled.number is 'It''s four times.'")
    transformer.execute("revoke select on cleaned.both from exporter")
    transformer.execute("grant select on cleaned.doubled to loader")

    changed = "select 'new' as word, number * 2 as number from cleaned.numbers"
    assert replace_view(transformer, "doubled", changed) == "recreated"

    assert values(analyst, "redoubled") == [(4,)]
    assert values(analyst, "both") == [(2, 4)]
    assert transformer.execute(
        "select obj_description('cleaned.redoubled'::regclass), col_description('cleaned.redoubled'::regclass, 1)"
    ).fetchone() == ("Four times.", "It's four times.")
    assert transformer.execute("select has_table_privilege('exporter', 'cleaned.both', 'select')").fetchone() == (
        False,
    )
    assert transformer.execute("select has_table_privilege('loader', 'cleaned.doubled', 'select')").fetchone() == (
        True,
    )
    assert replace_view(transformer, "redoubled", "select number * 2 as number from cleaned.doubled") == "unchanged"


def test_a_change_that_would_break_another_view_is_refused_and_changes_nothing(transformer: Connection) -> None:
    replace_view(transformer, "redoubled", "select number * 2 as number from cleaned.doubled")
    with pytest.raises(psycopg.Error, match=r"cleaned\.redoubled stands on it and would not work any more") as refused:
        replace_view(transformer, "doubled", "select number * 2 as renamed from cleaned.numbers")
    assert "--full-refresh" in str(refused.value.diag.message_hint)
    assert values(transformer, "redoubled") == [(4,)]


def test_a_full_refresh_drops_only_views_that_a_model_makes_anew(transformer: Connection) -> None:
    replace_view(transformer, "redoubled", "select number * 2 as number from cleaned.doubled")
    renamed = "select number * 2 as renamed from cleaned.numbers"
    transformer.execute("create view cleaned.of_the_team as select number from cleaned.doubled")
    with pytest.raises(psycopg.Error, match=r"cleaned\.of_the_team stands on it"):
        replace_view(transformer, "doubled", renamed, may_drop=True)
    transformer.execute("drop view cleaned.of_the_team")
    assert replace_view(transformer, "doubled", renamed, may_drop=True) == "recreated"
    assert replace_view(transformer, "redoubled", "select renamed * 2 as number from cleaned.doubled") == "created"


def test_a_table_takes_new_rows_and_keeps_its_identity(transformer: Connection) -> None:
    identity = "select 'cleaned.numbers'::regclass::oid, xmin from cleaned.numbers"
    before = transformer.execute(identity).fetchall()
    assert replace_table(transformer, "select 1 as number") == "unchanged"
    assert transformer.execute(identity).fetchall() == before
    assert replace_table(transformer, "select 1 as number union all select 1") == "replaced"
    assert values(transformer, "doubled") == [(2,), (2,)]
    assert transformer.execute(identity).fetchall()[0][0] == before[0][0]


def test_a_table_takes_new_columns_and_keeps_what_stands_on_it(transformer: Connection, analyst: Connection) -> None:
    assert replace_table(transformer, "select 'one' as word, 1 as number") == "recreated"
    assert values(analyst, "numbers") == [("one", 1)]
    assert values(analyst, "doubled") == [(2,)]


def test_a_table_that_becomes_a_view_keeps_what_stands_on_it(transformer: Connection, analyst: Connection) -> None:
    transformer.execute("comment on table cleaned.numbers is 'Numbers.'")
    assert replace_view(transformer, "numbers", "select 7 as number") == "recreated"
    assert values(analyst, "doubled") == [(14,)]


def test_new_rows_wait_for_no_reader_and_no_reader_waits_for_them(transformer: Connection, home: Home) -> None:
    with connect(home, "analyst") as reading, reading.transaction():
        reading.execute("set transaction isolation level repeatable read")
        assert values(reading, "doubled") == [(2,)]
        assert replace_table(transformer, "select 5 as number") == "replaced"
        assert values(reading, "doubled") == [(2,)]
    assert values(transformer, "doubled") == [(10,)]


def test_a_change_of_columns_waits_for_readers_and_then_says_who_they_are(transformer: Connection, home: Home) -> None:
    changed = "select 'new' as word, number from cleaned.numbers"
    with connect(home, "analyst", application="notebook") as reading, reading.transaction():
        values(reading, "doubled")
        with pytest.raises(psycopg.Error, match=r"being read by pid \d+ \(analyst, notebook\) since 2") as blocked:
            replace_view(transformer, "doubled", changed)
        assert "pg_terminate_backend" in str(blocked.value.diag.message_hint)
        assert values(reading, "doubled") == [(2,)]
    assert replace_view(transformer, "doubled", changed) == "recreated"


def test_a_change_that_waits_does_not_make_new_readers_wait_for_long(transformer: Connection, home: Home) -> None:
    with (
        connect(home, "analyst") as reading,
        connect(home, "analyst") as late,
        ThreadPoolExecutor() as pool,
    ):
        late.execute("set statement_timeout = '2s'")
        with reading.transaction():
            values(reading, "doubled")
            change = pool.submit(replace_view, transformer, "doubled", "select 3 as number", patience="20 s")
            for _ in range(20):
                assert values(late, "doubled") == [(2,)]
        assert change.result() == "replaced"


def test_two_changes_at_once_come_one_after_the_other(transformer: Connection, home: Home) -> None:
    with connect(home, "transformer") as second, ThreadPoolExecutor() as pool:
        rows = "select g as number from generate_series(1, 2000) as g"
        answers = [pool.submit(replace_table, connection, rows) for connection in (transformer, second)]
        assert sorted(str(answer.result()) for answer in answers) == ["replaced", "unchanged"]
    assert len(values(transformer, "numbers")) == 2000


class TestRefreshing:
    @pytest.fixture
    def left(self, transformer: Connection) -> Connection:
        """What dbt leaves: the query of cleaned.numbers, which reads cleaned.source."""
        transformer.execute("create table cleaned.source as select 1 as number")
        transformer.execute(
            "insert into ops.dbt_relation (schema_name, relation_name, sql_md5, rows_sql)"
            " values ('cleaned', 'numbers', '', 'select number from cleaned.source')"
        )
        return transformer

    def refreshed(self, transformer: Connection, table: str = "numbers") -> object:
        row = transformer.execute("select ops.refresh('cleaned', %s)", [table]).fetchone()
        assert row
        return row[0]

    def test_a_table_follows_what_it_is_made_from_again_and_again(self, left: Connection) -> None:
        with left.transaction():
            assert self.refreshed(left) == "unchanged"
            left.execute("update cleaned.source set number = 5")
            assert self.refreshed(left) == "replaced"
        left.execute("update cleaned.source set number = 6")
        assert self.refreshed(left) == "replaced"
        assert values(left, "numbers") == [(6,)]
        assert values(left, "doubled") == [(12,)]

    def test_a_table_of_which_dbt_left_nothing_is_left_alone(self, left: Connection) -> None:
        assert self.refreshed(left, "source") is None
        assert values(left, "source") == [(1,)]
