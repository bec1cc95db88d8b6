"""Takes a document or a folder of CSV tables into the database: checked, whole, and only where something changed."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

from psycopg.types.json import Jsonb

from database.connection import Connection
from database.errors import MetadataError, UsageError
from loaders.metadata import stored
from loaders.metadata.checks import as_text
from loaders.metadata.exporting import as_version_1_3, filled, stated
from loaders.metadata.keys import unknown_keys
from loaders.metadata.point_names import point_names
from loaders.metadata.slug import slug
from loaders.metadata.tables import assemble
from loaders.metadata.team.importing import LAYOUTS as TEAM_TABLES
from loaders.metadata.validating import problems_of
from loaders.problems import refuse

Timestamps = Literal["begin", "end"]

MEND = "correct it there and import again"

ONE_IMPORT_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('stationmanager metadata import', 0))"

INSERT = """
insert into metadata.document (sha256, path, kind, content, tables, utc_offset_hours, timestamps, imported_by)
values (
    %(sha256)s, %(path)s, %(kind)s, %(content)s, %(tables)s, %(utc_offset_hours)s, %(timestamps)s, %(imported_by)s
)
returning document_id
"""

CHANGED = """
insert into ops.changed_span (station, date_from, date_to, cause)
values (%(station)s, '-infinity', 'infinity', 'metadata')
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A valid document, and the tables that it was made from, if any."""

    content: dict[str, Any]
    tables: dict[str, str] | None

    @property
    def sha256(self) -> str:
        """Digest of what the document says, however it was written."""
        canonical = json.dumps(self.content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def stations(self) -> dict[str, dict[str, Any]]:
        """The document's stations by their slug."""
        return {slug(location["name"]): location for location in self.content["measurement_location"]}


@dataclass(frozen=True, slots=True)
class Options:
    """What fills the nulls of a document's loggers."""

    utc_offset_hours: float | None
    timestamps: str | None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The stations of the document; its id, or None where the database has it already; what is still to be stated."""

    stations: list[str]
    document_id: int | None
    changed: bool
    warnings: list[str]


def import_metadata(
    connection: Connection,
    path: Path,
    *,
    utc_offset_hours: float | None,
    timestamps: Timestamps | None,
    imported_by: str,
) -> ImportResult:
    """Store a document (.json) or a folder of CSV tables, unless it is what already counts for all of its stations.

    What `metadata export` gives back counts already, too.

    An option that is None stays as it was when these stations were last imported.

    Raises MetadataError with all problems of the document, UsageError where there is nothing to read.
    """
    if utc_offset_hours is not None and not -14 <= utc_offset_hours <= 14:  # noqa: PLR2004 - the zones that there are
        raise UsageError(f"found an offset from UTC of {utc_offset_hours:g} hours, expected -14 to 14", "--utc-offset")
    source = read(path)
    with connection.transaction():
        connection.execute(ONE_IMPORT_AT_A_TIME)
        before = stored.stations(connection)
        now = [before[station] for station in source.stations if station in before]
        options = _options(utc_offset_hours, timestamps, now)
        counts = len(now) == len(source.stations) and (
            _is_the_document_of(now, source, options) or _is_exported_of(connection, source, options)
        )
        changed = not counts
        document_id = _store(connection, source, path, options, imported_by) if changed else None
    return ImportResult(
        list(source.stations), document_id, changed, [*_warnings_of_names(source, before), *_warnings(source, options)]
    )


def _is_the_document_of(now: list[stored.StoredStation], source: Source, options: Options) -> bool:
    """Whether it is the document, with the options, that already counts for all of these stations."""
    return all(
        (station.document_id, station.sha256, station.utc_offset_hours, station.timestamps)
        == (now[0].document_id, source.sha256, options.utc_offset_hours, options.timestamps)
        for station in now
    )


def _is_exported_of(connection: Connection, source: Source, options: Options) -> bool:
    """Whether it says of each station what `metadata export` says of it, whichever documents they came by."""
    head = {key: value for key, value in source.content.items() if key != "measurement_location"}
    return all(
        as_text({**head, "measurement_location": [filled(location, options.utc_offset_hours, options.timestamps)]})
        == as_text(as_version_1_3(stated(stored.location(connection, station))))
        for station, location in source.stations.items()
    )


def read(path: Path) -> Source:
    """The document of a file or folder. Raises MetadataError where it is not valid."""
    if path.is_dir():
        return _read_tables(path)
    content = _parse(path)
    refuse([problem for _, problem in problems_of(content)], str(path), MEND, MetadataError)
    return Source(content, None)


def _read_tables(folder: Path) -> Source:
    tables = [file for file in sorted(folder.iterdir()) if file.suffix.lower() == ".csv"]
    files = {file.name: _bytes(file) for file in tables if file.name not in TEAM_TABLES}
    if not files:
        remedy = "name a folder that has stations.csv and its sister tables, or an IEA Task 43 document (.json)"
        raise MetadataError("found no CSV table, expected a folder of them", str(folder), remedy)
    content, problems = assemble(files)
    refuse(problems, str(folder), MEND, MetadataError)
    return Source(content, {name: text.decode("utf-8-sig") for name, text in files.items()})


def _parse(path: Path) -> Any:
    """JSON's values, but for those that JSON doesn't have (NaN) or that no one can have meant (a key twice)."""
    try:
        text = _bytes(path).decode("utf-8-sig")
        content = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_each_key_once)
        json.dumps(content)  # Python reads what is nested deeper than it can walk, and numbers that it can't write
    except json.JSONDecodeError as error:
        where = f"{path}, line {error.lineno}, column {error.colno}"
        raise MetadataError(f"this is no JSON: {error.msg}", where, "import an IEA Task 43 document") from None
    except RecursionError:
        raise MetadataError("this is nested too deeply for a document", str(path), MEND) from None
    except UnicodeDecodeError as error:
        raise MetadataError(f"this is no text in UTF-8: {error.reason}", str(path), "save it as UTF-8") from None
    except ValueError as error:
        raise MetadataError(f"this is no JSON: {error}", str(path), MEND) from None
    return content


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"can't be read: {error.strerror}", str(path), "name a file or folder that is there") from None


def _no_constant(text: str) -> NoReturn:
    message = f"{text} is no number of JSON"
    raise ValueError(message)


def _each_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        message = f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands twice in one object"
        raise ValueError(message)
    return content


def _options(utc_offset_hours: float | None, timestamps: str | None, now: list[stored.StoredStation]) -> Options:
    """The options as given; what isn't given stays as it was, if it was the same for all stations."""
    offsets = {station.utc_offset_hours for station in now}
    labels = {station.timestamps for station in now}
    return Options(
        offsets.pop() if utc_offset_hours is None and len(offsets) == 1 else utc_offset_hours,
        labels.pop() if timestamps is None and len(labels) == 1 else timestamps,
    )


def _store(connection: Connection, source: Source, path: Path, options: Options, imported_by: str) -> int:
    given = {
        "sha256": source.sha256,
        "path": str(path),
        "kind": "json" if source.tables is None else "tables",
        "content": Jsonb(source.content),
        "tables": None if source.tables is None else Jsonb(source.tables),
        "utc_offset_hours": options.utc_offset_hours,
        "timestamps": options.timestamps,
        "imported_by": imported_by,
    }
    row: Any = connection.execute(INSERT, given).fetchone()
    for station in source.stations:
        connection.execute(CHANGED, {"station": station})
    return int(row[0])


def _warnings_of_names(source: Source, before: dict[str, stored.StoredStation]) -> Iterator[str]:
    """Stations that had another name before: they may be two, which one name in the database would make one."""
    for station, location in source.stations.items():
        if station in before and before[station].name != location["name"]:
            old, new = before[station].name, location["name"]
            remedy = "if it is another station, its name must differ by more than case and signs"
            yield f'{station}: "{new}" takes the place of "{old}"; {remedy}'


def _warnings(source: Source, options: Options) -> Iterator[str]:
    """What is not used, what keeps files of a logger from being loaded, and points not known by their plain name."""
    yield from (str(problem) for _, problem in unknown_keys(source.content))
    for station, location in source.stations.items():
        points = location["measurement_point"]
        for name, times in Counter(point["name"] for point in points).items():
            if times > 1:
                example = next(known for known in point_names(points) if known.startswith(name))
                yield f"{station}: {times} points are named {name}; they are known by their heights too: {example} ..."
        loggers = location.get("logger_main_config", [])
        for serial in dict.fromkeys(logger["logger_serial_number"] for logger in loggers):
            own = [logger for logger in loggers if logger["logger_serial_number"] == serial]
            place = f"{station}, logger {serial}"
            if options.utc_offset_hours is None and any(part.get("offset_from_utc_hrs") is None for part in own):
                yield f"{place}: its offset from UTC is not stated; import again with --utc-offset HOURS"
            if options.timestamps is None and any(part.get("timestamp_is_end_of_period") is None for part in own):
                yield f"{place}: what its stamps mark is not stated; import again with --timestamps begin|end"
