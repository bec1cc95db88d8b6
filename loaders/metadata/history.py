"""What the last import of a station changed: every import is kept, so it can be held against the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from database.connection import Connection
from loaders.metadata import stored
from loaders.metadata.differences import Change, differences
from loaders.metadata.exporting import stated

LAST_TWO = """
select
    document.document_id,
    document.imported_at,
    document.imported_by,
    document.path,
    document.content - 'measurement_location',
    location.content,
    document.utc_offset_hours,
    document.timestamps
from metadata.document
cross join lateral jsonb_array_elements(document.content -> 'measurement_location') as location (content)
where metadata.slug(location.content ->> 'name') = %(station)s
order by document.document_id desc
limit 2
"""


@dataclass(frozen=True, slots=True)
class Import:
    """An import that had the station: which, when, by whom and from where."""

    document_id: int
    imported_at: datetime
    imported_by: str
    path: str


@dataclass(frozen=True, slots=True)
class LastImport:
    """The newest import of a station, the one before it, and what differs; no import before it is None."""

    station: str
    now: Import
    before: Import | None
    changes: list[Change]


def last_import(connection: Connection, name: str) -> LastImport:
    """What the last import of a station, given by its slug or name, changed; options of the imports included.

    Raises UsageError where there is no such station.
    """
    station = stored.find_station(connection, name)
    rows: list[Any] = connection.execute(LAST_TWO, {"station": station}).fetchall()
    now, *before = [(Import(*row[:4]), stated(stored.StoredLocation(*row[4:]))) for row in rows]
    if not before:
        return LastImport(station, now[0], None, [])
    ((older, said),) = before
    return LastImport(station, now[0], older, differences(said, now[1]))
