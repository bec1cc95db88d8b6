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
from loaders.metadata import stored
from loaders.metadata.keys import unknown_keys
from loaders.metadata.places import Places, steps

TESTS = Path("tests", "dbt")
FINDING = "tags=['finding'"  # as dbt selects them, too
KEYS = "keys_are_those_of_the_data_model"  # the one thing that SQL can't see
STATION = ("measurement_location", 0)
SHOWN = 5  # of one test: who reads the state wants to know that there is something, the check lists the rest


class Found(NamedTuple):
    """One row that a test found, as a sentence."""

    kind: str
    station: str | None
    text: str


def standing(home: Home) -> list[Found]:
    """What the tests find now, the first few of each; nothing where dbt has compiled none yet."""
    compiled = home.dbt / "target" / "compiled" / "stationmanager" / TESTS
    files = [compiled / test.name for test in checks()]
    with connect(home, "transformer") as connection:
        read_infinity_as_text(connection)
        places = Places(connection)
        by_models = [
            found
            for file in files
            if file.exists()
            for found in _first_few(kind_of(file.stem), _rows_still_of(connection, file), places)
        ]
        return [*by_models, *_first_few(KEYS, keys_not_used(connection), places)]


def checks() -> list[Path]:
    """The tests that find what is wrong with metadata; others judge what is made of readings, which takes longer."""
    return sorted(test for test in (PROJECT / TESTS).glob("assert_*.sql") if FINDING in test.read_text())


def keys_not_used(connection: Connection) -> list[dict[str, Any]]:
    """Keys of the stations' documents that the data model doesn't have, as rows of a test."""
    found = []
    for station in stored.stations(connection):
        document = {"measurement_location": [stored.location(connection, station).content]}
        for path, problem in unknown_keys(document):
            remedy = " ".join(filter(None, [problem.remedy, "It is kept, but nothing comes of it"]))
            found.append({"station": station, "key": path[-1], "place": path[len(STATION) :], "remedy": remedy})
    return found


def _rows_still_of(connection: Connection, file: Path) -> list[dict[str, Any]]:
    try:
        return rows_of(connection, file.read_text())
    except (UndefinedTable, UndefinedColumn):
        return []  # of another version of the project; that a build is due is told already


def _first_few(kind: str, found: list[dict[str, Any]], places: Places) -> Iterator[Found]:
    for row in found[:SHOWN]:
        yield Found(kind, row.get("station"), sentence(kind, row, places))
    if len(found) > SHOWN:
        yield Found(kind, None, f"{len(found) - SHOWN} more of {kind.replace('_', ' ')}: stationmanager metadata check")


def kind_of(test: str) -> str:
    """What should hold, as a word: the test's name without `assert_`."""
    return test.removeprefix("assert_")


def rows_of(connection: Connection, query: str) -> list[dict[str, Any]]:
    """The rows that a compiled test finds."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode()).fetchall()


def sentence(kind: str, row: dict[str, Any], places: Places) -> str:
    """What should hold, for what it doesn't, where that stands, and what to do."""
    facts = ", ".join(
        f"{name.replace('_', ' ')} {value}"
        for name, value in row.items()
        if value is not None and name not in {"station", "place", "remedy"}
    )
    where = places.tell(row["station"], _paths(row["place"])) if row.get("place") else ""
    return "; ".join(filter(None, [f"{kind.replace('_', ' ')}: not so for {facts}", where, row.get("remedy")]))


def _paths(place: str | list[str] | tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    """One or several places of a row, each in its steps."""
    if isinstance(place, tuple):
        return [place]
    return [steps(path) for path in ([place] if isinstance(place, str) else place)]
