"""Takes a team's table into the database: checked, whole, and only where it says something else than the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from database.connection import Connection
from database.errors import MetadataError, UsageError
from loaders import csv_table
from loaders.metadata.slug import slug
from loaders.metadata.team import calibration_choices, magnetic_declinations, quality_rules
from loaders.metadata.team.cells import Cells
from loaders.metadata.team.known import Known
from loaders.problems import one_of, refuse, suggestion

MEND = "correct these rows and import the table again; nothing of it was imported"
ELSEWHERE = (
    "import the folder, where it is a table of a station; erroneous periods come in by stationmanager flag import FILE,"
    " files of loggers by stationmanager load FILE"
)

ONE_IMPORT_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('stationmanager metadata import', 0))"
NEWEST = "select sha256, rows from metadata.team_table where name = %(name)s order by team_table_id desc limit 1"
INSERT = """
insert into metadata.team_table (name, sha256, path, rows, imported_by)
values (%(name)s, %(sha256)s, %(path)s, %(rows)s, %(imported_by)s)
"""
CHANGED = """
insert into ops.changed_span (station, date_from, date_to, cause)
values (%(station)s, '-infinity', 'infinity', %(cause)s)
"""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table, what judges its rows, and what a change of it changes."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    judge: Callable[[list[Cells], Known], None]
    cause: str


LAYOUTS: Mapping[str, Layout] = {
    "quality_rules.csv": Layout(
        ("rule", "parameter", "value"),
        ("station", "sensor", "measurement_type", "statistic", "remark"),
        quality_rules.judge,
        "rule",  # rules see by their parameters what they must judge anew
    ),
    "calibration_choices.csv": Layout(
        (),
        (*calibration_choices.SAID_ONCE, "remark"),
        calibration_choices.judge,
        "metadata",
    ),
    "magnetic_declinations.csv": Layout(
        ("station", "declination_deg"), ("date_from", "date_to", "remark"), magnetic_declinations.judge, "metadata"
    ),
}


@dataclass(frozen=True, slots=True)
class TableResult:
    """The table, how many rows it has, whether it says something else now, and the stations for which it does."""

    name: str
    rows: int
    changed: bool
    stations: list[str]


def team_tables_of(path: Path) -> list[Path]:
    """The team's tables that a path names: itself, or those in the folder."""
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.name in LAYOUTS)
    return [path] if path.suffix.lower() == ".csv" else []


def has_only_team_tables(path: Path) -> bool:
    """Whether there is nothing but tables of a team, so no document."""
    if not path.is_dir():
        return path.suffix.lower() == ".csv"
    tables = {file.name for file in path.iterdir() if file.suffix.lower() == ".csv"}
    return bool(tables) and tables <= LAYOUTS.keys()


def import_team_table(connection: Connection, path: Path, *, imported_by: str) -> TableResult:
    """Store a table, unless it is what counts already. One without rows takes back all that it said before.

    Raises MetadataError with all that is wrong, UsageError where it can't be read or is none of a team's tables.
    """
    if path.name not in LAYOUTS:
        what = f"found the table {path.name}, expected {one_of(LAYOUTS, 'table of a team')}"
        remedy = suggestion(path.name, LAYOUTS) or ELSEWHERE
        raise UsageError(what, str(path), remedy)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"can't be read: {error.strerror}", str(path), "name a file that is there") from None
    with connection.transaction():
        connection.execute(ONE_IMPORT_AT_A_TIME)
        known = Known.of(connection)
        return _store(connection, path, read(content, path, known), known.stations, imported_by)


def read(content: bytes, path: Path, known: Known) -> list[dict[str, Any]]:
    """The rows, each with its line. Raises MetadataError with all that is wrong with them."""
    layout = LAYOUTS[path.name]
    table = csv_table.read(content, path.name, known=(*layout.required, *layout.optional), required=layout.required)
    rows = [Cells(path.name, row) for row in table.rows]
    for row in rows:
        for column in layout.required:
            if not row[column]:
                row.wrong(column, "it, as every row needs it")
    layout.judge(rows, known)
    wrong = [*table.problems, *(problem for row in rows for problem in row.problems)]
    refuse(wrong, str(path), MEND, MetadataError)
    return [{"line": row.line, **{key: cell for key, cell in row.cells.items() if cell}} for row in table.rows]


def _store(
    connection: Connection, path: Path, rows: list[dict[str, Any]], stations: tuple[str, ...], imported_by: str
) -> TableResult:
    layout, name = LAYOUTS[path.name], path.stem
    said = json.dumps([_said(row) for row in rows], sort_keys=True, ensure_ascii=False)
    sha256 = hashlib.sha256(said.encode()).hexdigest()
    newest: Any = connection.execute(NEWEST, {"name": name}).fetchone() or (None, [])
    if newest[0] == sha256 or (newest[0] is None and not rows):
        return TableResult(name, len(rows), changed=False, stations=[])
    given = {"name": name, "sha256": sha256, "path": str(path), "rows": Jsonb(rows), "imported_by": imported_by}
    connection.execute(INSERT, given)
    changed = [station for station in stations if _about(station, newest[1]) != _about(station, rows)]
    for station in changed:
        connection.execute(CHANGED, {"station": station, "cause": layout.cause})
    return TableResult(name, len(rows), changed=True, stations=changed)


def _said(row: dict[str, Any]) -> dict[str, Any]:
    """A row without where it stood."""
    return {key: cell for key, cell in row.items() if key != "line"}


def _about(station: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the rows say of a station; one that names none is about all."""
    return [_said(row) for row in rows if slug(row.get("station", "")) in ("", station)]
