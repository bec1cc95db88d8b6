"""The import ledger `raw.file`: one row for each content that was ever received, and what became of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg.rows import class_row

from database.connection import Connection

State = Literal["landed", "loaded", "unclaimed", "failed"]

COLUMNS = """
file_id, sha256, path, format, logger, claimed_by, state, first_timestamp, last_timestamp, overrules_at,
readings_new, readings_same, readings_changed, readings_kept, readings_rejected, error
"""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What the ledger says of a file; see the comments of `raw.file`."""

    file_id: int
    sha256: str
    path: str
    format: str | None
    logger: str | None
    claimed_by: str | None
    state: State
    first_timestamp: datetime | None
    last_timestamp: datetime | None
    overrules_at: datetime | None
    readings_new: int
    readings_same: int
    readings_changed: int
    readings_kept: int
    readings_rejected: int
    error: dict[str, str] | None


def receive(
    connection: Connection,
    sha256: str,
    path: str,
    size_bytes: int,
    logger: str | None = None,
    *,
    overrules: bool = False,
) -> LedgerRow:
    """Record that a content was received, and return its row; a content that was received before keeps its row.

    What the user says of a file stands on record before it is read, so that it holds whenever that is.
    """
    row = next(iter(find(connection, "sha256 = %s", sha256)), None)
    if row is None:
        connection.execute(
            "insert into raw.file (sha256, path, size_bytes, state) values (%s, %s, %s, 'landed')"
            " on conflict (sha256) do nothing",
            [sha256, path, size_bytes],
        )
    elif row.state == "loaded":
        return row
    if logger or overrules:
        connection.execute(
            "update raw.file set logger = coalesce(%(logger)s, logger),"
            " claimed_by = case when %(logger)s::text is null then claimed_by else 'option' end,"
            " overrules_at = case when %(overrules)s then clock_timestamp() else overrules_at end"
            " where sha256 = %(sha256)s and state <> 'loaded'",
            {"logger": logger, "overrules": overrules, "sha256": sha256},
        )
    return find(connection, "sha256 = %s", sha256)[0]


def waiting(connection: Connection, *, retry_failed: bool) -> list[LedgerRow]:
    """Files that are to be read: landed ones, those that wait for metadata, and with `retry_failed` all that failed."""
    return find(
        connection,
        "state in ('landed', 'unclaimed') or state = 'failed' and (%s or error ? 'waits_for')",
        retry_failed,
    )


def find(connection: Connection, condition: str, *arguments: object) -> list[LedgerRow]:
    """Rows of the ledger by a condition of ours, in the order of arrival."""
    with connection.cursor(row_factory=class_row(LedgerRow)) as cursor:
        query = f"select {COLUMNS} from raw.file where {condition} order by file_id"  # noqa: S608  # no data in it
        return cursor.execute(query.encode(), arguments).fetchall()


def settle(connection: Connection, file_id: int, state: State, **columns: Any) -> None:
    """Set a file's state, and other columns of the ledger by name; `error` and `header` are given as objects."""
    for name in {"error", "header"} & columns.keys():
        columns[name] = json.dumps(columns[name]) if columns[name] is not None else None
    assignments = "".join(f", {name} = %({name})s" for name in columns)
    query = f"update raw.file set state = %(state)s{assignments} where file_id = %(file_id)s"  # noqa: S608  # names of ours
    connection.execute(query.encode(), {"file_id": file_id, "state": state, **columns})
