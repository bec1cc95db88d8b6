"""The import ledger `raw.file`: one row for each content that was ever received, and what became of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg.rows import class_row

from database.connection import Connection
from loaders.pieces import End
from loaders.readings import Counts

ESCAPED = re.compile(r"\\(?:u0000|.)")  # in JSON: a NUL, or another sign that is written with a backslash
HALVES = re.compile(r"[\ud800-\udfff]")  # of characters that UTF-16 writes in two

State = Literal["landed", "loaded", "unclaimed", "failed"]

COLUMNS = """
file_id, sha256, continues_file_id, segment_sha256, begins_at_byte, size_bytes, path, format, logger, claimed_by, state,
first_timestamp, last_timestamp, overrules_at, readings_new, readings_same, readings_changed, readings_kept,
readings_rejected, rejected_lines, loader_version, error
"""
INSERT = """
insert into raw.file (
    sha256, path, size_bytes, prefix_sha256, continues_file_id, begins_at_byte, segment_sha256, state
)
values (
    %(sha256)s, %(path)s, %(size)s, %(prefix)s, %(continues)s, %(begins)s, %(segment)s, 'landed'
)
on conflict (sha256) do nothing
"""
# What the user says of a file stands on record before it is read, so that it holds whenever that is
CLAIM = """
update raw.file
set
    logger = coalesce(%(logger)s, logger),
    claimed_by = case when %(logger)s::text is null then claimed_by else 'option' end,
    overrules_at = case when %(overrules)s then clock_timestamp() else overrules_at end,
    state = 'landed'
where sha256 = %(sha256)s and (state <> 'loaded' or %(overrules)s)
"""


# A file that grew for years consists of tens of thousands of rows, so that they are not asked for one by one
SEGMENTS = f"""
with recursive segment as (
    select file_id, continues_file_id as before, 0 as back
    from raw.file
    where file_id = %s
    union all
    select file.file_id, file.continues_file_id, segment.back + 1
    from segment
    inner join raw.file as file on segment.before = file.file_id
)

select {COLUMNS}
from segment
inner join raw.file using (file_id)
"""  # noqa: S608  # no data in it
ALL_SEGMENTS = f"{SEGMENTS} order by back desc"
FIRST_SEGMENT = f"{SEGMENTS} where before is null"


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What the ledger says of a file; see the comments of `raw.file`."""

    file_id: int
    sha256: str
    continues_file_id: int | None
    segment_sha256: str | None
    begins_at_byte: int
    size_bytes: int
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
    rejected_lines: int
    loader_version: str | None
    error: dict[str, Any] | None

    @property
    def archived(self) -> str:
        """The name in the archive: of the whole file, or of the segment that this row adds to another."""
        return self.segment_sha256 or self.sha256

    @property
    def whole_bytes(self) -> int:
        """The size of the file as it came."""
        return self.begins_at_byte + self.size_bytes

    @property
    def claimed_logger(self) -> str | None:
        """The logger that the user said it belongs to."""
        return self.logger if self.claimed_by == "option" else None

    @property
    def as_same(self) -> Counts:
        """What a file that is loaded already brings: all that it brought is there."""
        return Counts(same=self.readings_new + self.readings_same + self.readings_changed, kept=self.readings_kept)


def insert(
    connection: Connection,
    sha256: str,
    path: str,
    size_bytes: int,
    prefix_sha256: str | None,
    *,
    after: LedgerRow | None = None,
    segment_sha256: str | None = None,
) -> None:
    """Record that a content was received; one that was received before keeps its row.

    Args:
        connection: as the role that loads.
        sha256: the digest of the whole file.
        path: where it was, for people.
        size_bytes: of the whole file.
        prefix_sha256: see `digests.Digests.prefix`.
        after: the file that it continues, if it does.
        segment_sha256: the digest of what was appended then.
    """
    begins = after.whole_bytes if after else 0
    given = {
        "sha256": sha256,
        "path": path,
        "size": size_bytes - begins,
        "prefix": prefix_sha256,
        "continues": after.file_id if after else None,
        "begins": begins,
        "segment": segment_sha256,
    }
    connection.execute(INSERT.encode(), given)


def claim(connection: Connection, sha256: str, logger: str | None, *, overrules: bool) -> None:
    """Record what the user says of a file: whose it is, and whether its values win over all others."""
    if logger or overrules:
        connection.execute(CLAIM.encode(), {"sha256": sha256, "logger": logger, "overrules": overrules})


def waiting(connection: Connection, *, version: str, retry_failed: bool) -> list[LedgerRow]:
    """Files that are to be read: landed ones, those that wait for something, and those that other code failed on.

    Args:
        connection: as the role that loads.
        version: of the loader, as `loader_version` says it.
        retry_failed: whether all that failed are wanted.
    """
    return find(
        connection,
        "state in ('landed', 'unclaimed')"
        " or state = 'failed' and (%s or error ? 'waits_for' or loader_version is distinct from %s)",
        retry_failed,
        version,
    )


def take_up_rejected(connection: Connection, *, version: str) -> None:
    """Let files of which other code than this version's rejected lines be read again."""
    connection.execute(
        "update raw.file set state = 'landed'"
        " where state = 'loaded' and rejected_lines > 0 and loader_version is distinct from %s",
        [version],
    )


def find(connection: Connection, condition: str, *arguments: object) -> list[LedgerRow]:
    """Rows of the ledger by a condition of ours, in the order of arrival."""
    with connection.cursor(row_factory=class_row(LedgerRow)) as cursor:
        query = f"select {COLUMNS} from raw.file where {condition} order by file_id"  # noqa: S608  # no data in it
        return cursor.execute(query.encode(), arguments).fetchall()


def segments(connection: Connection, row: LedgerRow) -> list[LedgerRow]:
    """The rows of which a file consists, first to last: itself alone, unless it continues others."""
    if row.continues_file_id is None:
        return [row]
    with connection.cursor(row_factory=class_row(LedgerRow)) as cursor:
        return cursor.execute(ALL_SEGMENTS.encode(), [row.file_id]).fetchall()


def first_segment(connection: Connection, row: LedgerRow) -> LedgerRow:
    """The row with which such a file begins."""
    if row.continues_file_id is None:
        return row
    with connection.cursor(row_factory=class_row(LedgerRow)) as cursor:
        (first,) = cursor.execute(FIRST_SEGMENT.encode(), [row.file_id]).fetchall()
    return first


def last_and_rank(connection: Connection, file_id: int) -> tuple[datetime | None, datetime | None]:
    """The columns `last_timestamp` and `rank_timestamp`."""
    query = "select last_timestamp, rank_timestamp from raw.file where file_id = %s"
    row: tuple[datetime | None, datetime | None] | None = connection.execute(query, [file_id]).fetchone()
    return row or (None, None)


def settle(connection: Connection, file_id: int, state: State, **columns: Any) -> None:
    """Set a file's state, and other columns of the ledger by name; `error` and `header` are given as objects."""
    for name in {"error", "header"} & columns.keys():
        columns[name] = _json(columns[name]) if columns[name] is not None else None
    assignments = "".join(f", {name} = %({name})s" for name in columns)
    query = f"update raw.file set state = %(state)s{assignments} where file_id = %(file_id)s"  # noqa: S608  # names of ours
    connection.execute(query.encode(), {"file_id": file_id, "state": state, **columns})


def _json(value: object) -> str:
    """JSON as PostgreSQL stores it: without NUL and halves of characters. Raises ValueError for NaN and infinity."""
    text = HALVES.sub("\ufffd", json.dumps(value, allow_nan=False, ensure_ascii=False))
    return ESCAPED.sub(lambda sign: "\ufffd" if sign[0] == r"\u0000" else sign[0], text) if r"\u0000" in text else text


def keep_end(connection: Connection, file_id: int, end: End) -> None:
    """Remember how a file that may grow ends."""
    connection.execute(
        "insert into raw.file_end (file_id, heading, heading_lines, unfinished, lines) values (%s, %s, %s, %s, %s)"
        " on conflict (file_id) do update set heading = excluded.heading, heading_lines = excluded.heading_lines,"
        " unfinished = excluded.unfinished, lines = excluded.lines",
        [file_id, end.heading, end.heading_lines, end.unfinished, end.lines],
    )


def end_of(connection: Connection, file_id: int) -> End | None:
    """How a file ends; None where that is not known, since it has not been read."""
    row = connection.execute(
        "select heading, heading_lines, unfinished, lines from raw.file_end where file_id = %s", [file_id]
    ).fetchone()
    return None if row is None else End(*row)
