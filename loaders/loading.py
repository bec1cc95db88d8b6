"""Loads files: archive, ledger, parse, claim, copy. Each step can be killed and repeated at any moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from database.connection import Connection, connect
from database.errors import MetadataError, StationManagerError
from database.home import Home
from loaders import channels, ledger
from loaders.archive import Archive
from loaders.clock import Logger, Loggers, read_loggers, to_utc_begin
from loaders.copying import ChannelRows, Counts, copy_readings
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError, LoggerFile, Table
from loaders.ledger import LedgerRow

OnFile = Callable[[str, int, int], None]

UNKNOWN_FORMAT = FormatError(
    "no known format begins like this",
    "line 1",
    "if a logger of yours wrote it, open an issue with a sample; the file is kept",
)


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file of a load: counts of readings, and the ledger's words where it failed."""

    path: str
    sha256: str
    format: str | None
    logger: str | None
    state: str
    new: int
    same: int
    changed: int
    kept: int
    rejected: int
    first: datetime | None
    last: datetime | None
    error: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of each file of a load, in the order in which they were taken."""

    files: list[FileResult]

    @property
    def is_complete(self) -> bool:
        """Whether every file is loaded, or waits only for metadata."""
        return all(file.state in {"loaded", "unclaimed"} for file in self.files)


def load(
    home: Home,
    paths: Sequence[Path],
    *,
    logger: str | None = None,
    overrules: bool = False,
    on_file: OnFile | None = None,
) -> LoadResult:
    """Load files and folders. A file that can't be read is recorded as failed, and the others still load.

    Args:
        home: the instance.
        paths: files, or folders whose files are taken, by name.
        logger: serial that the files belong to, whatever their headers say.
        overrules: whether these files' values win over those of all other files (`--replace`).
        on_file: told the path, how many files are done and how many there are, before each file.
    """
    results = []
    files = list(_files_of(paths))
    archive = Archive(home.archive)
    with connect(home, "loader", application="stationmanager load") as connection:
        loggers = read_loggers(connection)
        for done, path in enumerate(files):
            if on_file:
                on_file(str(path), done, len(files))
            try:
                content = path.read_bytes()
            except OSError as error:
                results.append(_unreadable(path, error))
                continue
            row = ledger.receive(connection, archive.put(content), str(path), len(content))
            results.append(_take(connection, row, content, loggers, logger, overrules=overrules, path=str(path)))
    return LoadResult(results)


def load_waiting(home: Home, *, retry_failed: bool = False, on_file: OnFile | None = None) -> LoadResult:
    """Read from the archive what was received and is not loaded yet: after a crash, or once metadata claim it."""
    results = []
    archive = Archive(home.archive)
    with connect(home, "loader", application="stationmanager load") as connection:
        loggers = read_loggers(connection)
        rows = [
            row
            for row in ledger.waiting(connection, retry_failed=retry_failed)
            if row.state != "unclaimed" or loggers.find(row.logger) is not None
        ]
        for done, row in enumerate(rows):
            if on_file:
                on_file(row.path, done, len(rows))
            option = row.logger if row.claimed_by == "option" else None
            results.append(_take(connection, row, archive.get(row.sha256), loggers, option, path=row.path))
    return LoadResult(results)


def _files_of(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file())
        else:
            yield path


def _take(
    connection: Connection,
    row: LedgerRow,
    content: bytes,
    loggers: Loggers,
    logger_option: str | None,
    *,
    path: str,
    overrules: bool = False,
) -> FileResult:
    """Read one file if that is still to be done, and say what became of it."""
    row = replace(row, path=path)
    if row.state == "loaded" and not overrules:
        return _as_before(row)
    try:
        counts = _read(connection, row, content, loggers, logger_option, overrules=overrules)
    except (FormatError, StationManagerError) as error:
        ledger.settle(connection, row.file_id, "failed", error=_told(error), loader_version=_version())
        counts = Counts()
    after = ledger.find(connection, "file_id = %s", row.file_id)[0]
    return _result(replace(after, path=path), counts)


def _read(
    connection: Connection,
    row: LedgerRow,
    content: bytes,
    loggers: Loggers,
    logger_option: str | None,
    *,
    overrules: bool,
) -> Counts:
    """Parse a file and bring its readings in, in one transaction with all that the ledger says of it."""
    found = detect(content)
    if found is None:
        raise UNKNOWN_FORMAT
    file = found.parse(content)
    name = logger_option or file.logger
    logger = loggers.find(name)
    described = {
        "format": file.format,
        "format_verified": found.VERIFIED,
        "logger": logger.serial if logger else name,
        "claimed_by": "option" if logger_option else "header",
        "header": file.header,
        "created_at": file.created,
        "loader_version": _version(),
        "error": None,
    }
    if logger is None:
        ledger.settle(connection, row.file_id, "unclaimed", **described)
        return Counts()
    try:
        with connection.transaction():
            # one load at a time for each logger: what stands in a file's way must not change while it is asked
            connection.execute("select pg_advisory_xact_lock(hashtext('raw.channel'), hashtext(%s))", [logger.serial])
            return _bring_in(connection, row.file_id, file, logger, described, overrules=overrules)
    except MetadataError as error:
        described["error"] = _told(error) | {"waits_for": "metadata"}
        ledger.settle(connection, row.file_id, "failed", **described)
        return Counts()


def _bring_in(
    connection: Connection,
    file_id: int,
    file: LoggerFile,
    logger: Logger,
    described: dict[str, Any],
    *,
    overrules: bool,
) -> Counts:
    batch: list[ChannelRows] = []
    clock: dict[str, Any] = {}
    for table in file.tables:
        rows, clock = _normalised(connection, file, table, logger)
        batch += rows
    stamps = [rows.timestamps for rows in batch if len(rows.timestamps)]
    first, last = (min(part.min() for part in stamps), max(part.max() for part in stamps)) if stamps else (None, None)
    ledger.settle(
        connection,
        file_id,
        "loaded",
        first_timestamp=_utc(first),
        last_timestamp=_utc(last),
        overrules_at=datetime.now(UTC) if overrules else None,
        **described,
        **clock,
    )
    counts = copy_readings(connection, file_id, logger.station, batch, overrules=overrules)
    _keep_rejected(connection, file_id, file)
    ledger.settle(
        connection,
        file_id,
        "loaded",
        readings_new=counts.new,
        readings_same=counts.same,
        readings_changed=counts.changed,
        readings_kept=counts.kept,
        readings_rejected=sum(rejected.readings for rejected in file.rejected),
        loaded_at=datetime.now(UTC),
    )
    return counts


def _normalised(
    connection: Connection, file: LoggerFile, table: Table, logger: Logger
) -> tuple[list[ChannelRows], dict[str, Any]]:
    """A table's readings by channel, with UTC stamps of the beginning, and the clock that was applied."""
    if not len(table.timestamps):
        return [], {}
    period, is_assumed = channels.averaging_period(connection, logger, table)
    timestamps, offset, is_end = to_utc_begin(
        table.timestamps,
        logger,
        period,
        utc_offset=file.utc_offset,
        timestamp_is_end_of_period=file.timestamp_is_end_of_period,
    )
    ids = channels.ensure(connection, logger, table.name, table.columns, period, is_assumed=is_assumed)
    rows = []
    for column, values, rejected in zip(table.columns, table.values, table.rejected_cells, strict=True):
        if rejected.any():
            good = ~rejected
            rows.append(ChannelRows(ids[column.name], timestamps[good], values[good], table.lines[good]))
        else:
            rows.append(ChannelRows(ids[column.name], timestamps, values, table.lines))
    return rows, {"utc_offset": offset.item(), "timestamp_is_end_of_period": is_end}


def _keep_rejected(connection: Connection, file_id: int, file: LoggerFile) -> None:
    connection.execute("delete from raw.rejected_row where file_id = %s", [file_id])
    if not file.rejected:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy("copy raw.rejected_row (file_id, line, text, reason, readings) from stdin") as copy,
    ):
        for rejected in file.rejected:
            # PostgreSQL's text can't hold a NUL
            text = rejected.text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
            copy.write_row((file_id, rejected.line, text, rejected.reason, rejected.readings))


def _as_before(row: LedgerRow) -> FileResult:
    """A file that is loaded already: all that it brought is there, so it counts as the same."""
    there = row.readings_new + row.readings_same + row.readings_changed
    return _result(row, Counts(same=there, kept=row.readings_kept))


def _result(row: LedgerRow, counts: Counts) -> FileResult:
    return FileResult(
        path=row.path,
        sha256=row.sha256,
        format=row.format,
        logger=row.logger,
        state=row.state,
        new=counts.new,
        same=counts.same,
        changed=counts.changed,
        kept=counts.kept,
        rejected=row.readings_rejected,
        first=row.first_timestamp,
        last=row.last_timestamp,
        error=row.error,
    )


def _unreadable(path: Path, error: OSError) -> FileResult:
    told = {
        "what": f"the file can't be read: {error.strerror}",
        "where": str(path),
        "remedy": "check the path and its rights",
    }
    return FileResult(str(path), "", None, None, "failed", 0, 0, 0, 0, 0, None, None, told)


def _told(error: FormatError | StationManagerError) -> dict[str, str]:
    return {"what": error.what, "where": error.where, "remedy": error.remedy}


def _utc(stamp: np.datetime64 | None) -> datetime | None:
    if stamp is None:
        return None
    naive: Any = stamp.item()
    moment: datetime = naive.replace(tzinfo=UTC)
    return moment


def _version() -> str:
    return version("stationmanager")
