"""The tests of the metadata, as dbt compiled them last: by themselves they cost milliseconds and not dbt's seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from psycopg.errors import UndefinedColumn, UndefinedTable
from psycopg.rows import dict_row

from database.connection import Connection, connect
from database.home import PROJECT, Home
from database.infinity import read_infinity_as_text

TESTS = Path("tests", "dbt")
SHOWN = 5  # of one test: who reads the state wants to know that there is something, the check lists the rest


class Found(NamedTuple):
    """One row that a test found, as a sentence."""

    kind: str
    station: str | None
    text: str


def standing(home: Home) -> list[Found]:
    """What the tests find now, the first few of each; nothing where dbt has compiled none yet."""
    compiled = home.dbt / "target" / "compiled" / "stationmanager" / TESTS
    files = [compiled / test.name for test in sorted((PROJECT / TESTS).glob("assert_*.sql"))]
    with connect(home, "transformer") as connection:
        read_infinity_as_text(connection)
        return [found for file in files if file.exists() for found in _first_few(connection, file)]


def _first_few(connection: Connection, file: Path) -> Iterator[Found]:
    kind = kind_of(file.stem)
    try:
        found = rows_of(connection, file.read_text())
    except (UndefinedTable, UndefinedColumn):
        return  # of another version of the project; that a build is due is told already
    for row in found[:SHOWN]:
        yield Found(kind, row.get("station"), sentence(kind, row))
    if len(found) > SHOWN:
        yield Found(kind, None, f"{len(found) - SHOWN} more of {kind.replace('_', ' ')}: stationmanager metadata check")


def kind_of(test: str) -> str:
    """What should hold, as a word: the test's name without `assert_`."""
    return test.removeprefix("assert_")


def rows_of(connection: Connection, query: str) -> list[dict[str, Any]]:
    """The rows that a compiled test finds."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode()).fetchall()


def sentence(kind: str, row: dict[str, Any]) -> str:
    """What should hold, then where it doesn't, then what to do."""
    place = ", ".join(
        f"{name.replace('_', ' ')} {value}"
        for name, value in row.items()
        if value is not None and name not in {"station", "remedy"}
    )
    remedy = f"; {row['remedy']}" if row.get("remedy") else ""
    return f"{kind.replace('_', ' ')}: not so for {place}{remedy}"
