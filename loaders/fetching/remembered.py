"""What is remembered of sources: how each went, when it may be tried again, and which of its files are there."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.errors import LockNotAvailable

from database.connection import Connection
from database.errors import StationManagerError
from loaders.fetching.frame import Entry
from loaders.fetching.source_sections import Source

# The first wait is about what a modem needs to dial in again; a day has at least four tries
FIRST_WAIT_MINUTES = 5
LONGEST_WAIT_MINUTES = 6 * 60
SECONDS_TO_FORGET = 5  # that a process was killed: its server notices when it next speaks to it

LISTED = """
create temporary table if not exists listed (
    number integer not null,
    path text not null,
    size_bytes bigint,
    modified_at timestamptz,
    version text
) on commit delete rows
"""
NOT_HELD = """
select listed.number, held.sha256
from listed
left join ops.source_file as held on held.source = %s and held.path = listed.path
where
    held.path is null
    or (listed.size_bytes, listed.modified_at, listed.version)
    is distinct from (held.size_bytes, held.modified_at, held.version)
order by listed.modified_at nulls first, listed.path
"""
BEGIN = """
insert into ops.source (source, kind, place, late_after, last_attempt_at)
values (%(source)s, %(kind)s, %(place)s, make_interval(secs => %(late_after_h)s * 3600), clock_timestamp())
on conflict (source) do update set
    kind = excluded.kind,
    place = excluded.place,
    late_after = excluded.late_after,
    last_attempt_at = excluded.last_attempt_at,
    is_configured = true
"""
FORGET = """
delete from ops.source_file
where source = %s and exists (
    select from ops.source where source.source = source_file.source and source.place <> %s
)
"""
KEEP = """
insert into ops.source_file (source, path, size_bytes, modified_at, version, sha256)
values (%s, %s, %s, %s, %s, %s)
on conflict (source, path) do update set
    size_bytes = excluded.size_bytes,
    modified_at = excluded.modified_at,
    version = excluded.version,
    sha256 = excluded.sha256,
    fetched_at = clock_timestamp()
"""
END = """
update ops.source set
    last_success_at = case when %(broke_off)s then last_success_at else clock_timestamp() end,
    last_new_at = case when %(new)s > 0 then clock_timestamp() else last_new_at end,
    failures_in_a_row = case when %(broke_off)s then failures_in_a_row + 1 else 0 end,
    next_attempt_at = case
        when %(broke_off)s
            then clock_timestamp()
            + least(%(first)s * 2 ^ least(failures_in_a_row, 20), %(longest)s) * interval '1 minute'
    end,
    listed = %(listed)s,
    new = %(new)s,
    bytes = %(bytes)s,
    failed = %(failed)s,
    seconds = %(seconds)s,
    error = %(error)s
where source = %(source)s
"""


@dataclass(frozen=True, slots=True)
class SourceResult:
    """How it went with one source, in the words of `fetch --json`; `new` and `bytes` are what was transferred.

    `waiting` files were written to a moment ago, and are left for the next fetch. A source with `waits_until` was left
    alone, since it failed before, with `error`.
    """

    name: str
    kind: str
    listed: int = 0
    new: int = 0
    bytes: int = 0
    failed: int = 0
    waiting: int = 0
    error: dict[str, Any] | None = None
    seconds: float = 0.0
    waits_until: datetime | None = None
    would_fetch: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to be transferred, and the digest of its earlier state, if one was received."""

    entry: Entry
    held_sha256: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A source that failed, and is not tried again before that time."""

    until: datetime
    error: dict[str, str]


def not_held(connection: Connection, source: str, entries: Sequence[Entry]) -> list[Wanted]:
    """The files that are new, or were changed since they were brought in: the oldest first."""
    with connection.transaction():
        cursor = connection.cursor()
        cursor.execute(LISTED)
        with cursor.copy("copy listed from stdin") as copy:
            for number, entry in enumerate(entries):
                copy.write_row((number, entry.path, entry.size, entry.modified, entry.version))
        cursor.execute("analyze listed")
        rows = cursor.execute(NOT_HELD, [source]).fetchall()
    return [Wanted(entries[number], held[0] if held else None) for number, held in rows]


def keep(connection: Connection, source: str, entry: Entry, digests: Sequence[str]) -> None:
    """Remember that a file is in the ledger, as it was listed. Only after this is it not transferred again."""
    connection.execute(KEEP, [source, entry.path, entry.size, entry.modified, entry.version, list(digests)])


def begin(connection: Connection, source: Source, place: str) -> None:
    """Record an attempt. Of a source that is somewhere else now, nothing is remembered."""
    with connection.transaction():
        connection.execute(FORGET, [source.name, place])
        connection.execute(
            BEGIN,
            {"source": source.name, "kind": source.kind, "place": place, "late_after_h": source.late_after_h},
        )


def end(connection: Connection, result: SourceResult, *, broke_off: bool) -> None:
    """Record how an attempt ended. One that broke off is followed by a wait, twice as long as the one before."""
    connection.execute(
        END,
        {
            "source": result.name,
            "listed": result.listed,
            "new": result.new,
            "bytes": result.bytes,
            "failed": result.failed,
            "seconds": result.seconds,
            "error": json.dumps(result.error) if result.error else None,
            "broke_off": broke_off,
            "first": FIRST_WAIT_MINUTES,
            "longest": LONGEST_WAIT_MINUTES,
        },
    )


def waiting(connection: Connection, source: str) -> Waiting | None:
    """Whether a source is to be left alone for a while."""
    row = connection.execute(
        "select next_attempt_at, error from ops.source where source = %s and next_attempt_at > clock_timestamp()",
        [source],
    ).fetchone()
    return Waiting(*row) if row else None


def only_these(connection: Connection, names: Collection[str]) -> None:
    """Record which sources are configured: the others are nobody's concern any more."""
    connection.execute(
        "update ops.source set is_configured = source = any(%(names)s)"
        " where is_configured is distinct from (source = any(%(names)s))",
        {"names": list(names)},
    )


@contextmanager
def alone(connection: Connection, source: str) -> Iterator[None]:
    """Hold a source while it is fetched from.

    Raises StationManagerError where another process does; one that was killed is forgotten within moments.
    """
    connection.execute("select set_config('lock_timeout', %s, false)", [f"{SECONDS_TO_FORGET} s"])
    try:
        connection.execute("select pg_advisory_lock(hashtext('stationmanager fetch'), hashtext(%s))", [source])
    except LockNotAvailable:
        raise StationManagerError(
            "another process is fetching from it", source, "wait until that one is done"
        ) from None
    finally:
        connection.execute("reset lock_timeout")
    try:
        yield
    finally:
        connection.execute("select pg_advisory_unlock(hashtext('stationmanager fetch'), hashtext(%s))", [source])
