"""What the database holds of metadata now: of every station, the latest document that has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from database.connection import Connection
from database.errors import UsageError
from loaders.metadata.point_names import point_names
from loaders.metadata.slug import slug
from loaders.problems import suggestion

STATIONS = """
select
    current_location.station,
    document.document_id,
    document.sha256,
    document.utc_offset_hours,
    document.timestamps,
    current_location.content ->> 'name'
from metadata.current_location
inner join metadata.document using (document_id)
"""

LOCATION = """
select
    document.content - 'measurement_location',
    current_location.content,
    document.utc_offset_hours,
    document.timestamps
from metadata.current_location
inner join metadata.document using (document_id)
where current_location.station = %(station)s
"""


@dataclass(frozen=True, slots=True)
class StoredStation:
    """A station as it counts: the document that has it, with which options that was imported, and its name there."""

    document_id: int
    sha256: str
    utc_offset_hours: float | None
    timestamps: str | None
    name: str


@dataclass(frozen=True, slots=True)
class StoredLocation:
    """A station as its document has it, the head of that document, and what filled its nulls."""

    head: dict[str, Any]
    content: dict[str, Any]
    utc_offset_hours: float | None
    timestamps: str | None


def stations(connection: Connection) -> dict[str, StoredStation]:
    """Every station by its slug."""
    rows: list[Any] = connection.execute(STATIONS).fetchall()
    return {station: StoredStation(*rest) for station, *rest in rows}


def find_station(connection: Connection, name: str) -> str:
    """The slug of a station, given by its slug or its name. Raises UsageError where the metadata have none such."""
    known = stations(connection)
    if slug(name) in known:
        return slug(name)
    has = f"the stations are {', '.join(sorted(known))}" if known else "there is no station yet"
    brings = "stationmanager metadata import FILE.json (or a folder of CSV tables) brings a station in"
    remedy = " ".join(filter(None, [suggestion(slug(name), known), brings]))
    raise UsageError(f'there is no station "{name}"; {has}', "metadata", remedy)


def location(connection: Connection, station: str) -> StoredLocation:
    """A station by its slug, which must be one of `stations`."""
    row: Any = connection.execute(LOCATION, {"station": station}).fetchone()
    return StoredLocation(*row)


def names_of(connection: Connection, station: str) -> list[str]:
    """Names of a station's measurement points, then of the columns that its loggers write, each once."""
    points = location(connection, station).content["measurement_point"]
    return list(dict.fromkeys([*point_names(points), *_columns(points)]))


def _columns(points: list[dict[str, Any]]) -> Iterator[str]:
    for point in points:
        for configuration in point["logger_measurement_config"]:
            for column in configuration["column_name"]:
                yield column["column_name"]
