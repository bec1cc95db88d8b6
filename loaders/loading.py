"""Loads files: archive, ledger, unwrap, read. Each step can be killed and repeated at any moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from database.connection import Connection, connect
from database.errors import StationManagerError
from database.home import Home
from loaders import ledger
from loaders.archive import Archive, ArchiveDamaged
from loaders.clock import Loggers, read_loggers
from loaders.containers.frame import Member
from loaders.copying import Counts
from loaders.formats.frame import FormatError
from loaders.ledger import LedgerRow
from loaders.reading import loader_version, read_file, told
from loaders.results import FileResult, LoadResult, as_before, result_of, unreadable
from loaders.unwrapping import Failure, Settings, Unwrapper, loggers_passwords

OnFile = Callable[[str, int, int], None]
CONTAINER = "container"  # what the ledger calls a file that holds others


@dataclass(frozen=True, slots=True)
class Loading:
    """What a load works with; all of it holds for the whole load."""

    connection: Connection
    archive: Archive
    loggers: Loggers
    unwrapper: Unwrapper
    logger_option: str | None = None
    overrules: bool = False


def load(
    home: Home,
    paths: Sequence[Path],
    *,
    logger: str | None = None,
    overrules: bool = False,
    on_file: OnFile | None = None,
    settings: Settings | None = None,
) -> LoadResult:
    """Load files and folders. A file that can't be read is recorded as failed, and the others still load.

    Args:
        home: the instance.
        paths: files, or folders whose files are taken, by name.
        logger: serial that the files belong to, whatever their headers say.
        overrules: whether these files' values win over those of all other files (`--replace`).
        on_file: told the path, how many files are done and how many there are, before each file.
        settings: passwords, keys and converters; by default those of the home's configuration.
    """
    results: list[FileResult] = []
    files = list(_files_of(paths))
    with connect(home, "loader", application="stationmanager load") as connection:
        loading = _loading(home, connection, settings)
        loading = replace(loading, logger_option=logger, overrules=overrules)
        for done, path in enumerate(files):
            if on_file:
                on_file(str(path), done, len(files))
            try:
                content = path.read_bytes()
            except OSError as error:
                results.append(unreadable(path, error))
                continue
            results += _receive(loading, Member(str(path), content))
        # what could not be read before may be read now: a table's period is told by other files of it
        for row in ledger.find(connection, "state = 'landed' and error is null"):
            _take_up(loading, row)
    return LoadResult(results)


def load_waiting(
    home: Home,
    *,
    retry_failed: bool = False,
    on_file: OnFile | None = None,
    settings: Settings | None = None,
) -> LoadResult:
    """Read from the archive what was received and is not loaded yet: after a crash, or once it can be read."""
    results: list[FileResult] = []
    with connect(home, "loader", application="stationmanager load") as connection:
        loading = _loading(home, connection, settings)
        rows = [
            row
            for row in ledger.waiting(connection, retry_failed=retry_failed)
            if row.state != "unclaimed" or loading.loggers.knows(row.logger)
        ]
        for done, row in enumerate(rows):
            if on_file:
                on_file(row.path, done, len(rows))
            results += _take_up(loading, row)
    return LoadResult(results)


def _loading(home: Home, connection: Connection, settings: Settings | None) -> Loading:
    unwrapper = Unwrapper(settings or Settings.of(home, {}), loggers_passwords(connection))
    return Loading(connection, Archive(home.archive), read_loggers(connection), unwrapper)


def _files_of(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file())
        else:
            yield path


def _receive(loading: Loading, file: Member) -> list[FileResult]:
    """Archive a file as it came, record it, and go on with what is in it."""
    sha256 = loading.archive.put(file.content)
    row = ledger.receive(
        loading.connection, sha256, file.name, len(file.content), loading.logger_option, overrules=loading.overrules
    )
    return _open(loading, replace(row, path=file.name), file)


def _take_up(loading: Loading, row: LedgerRow) -> list[FileResult]:
    """Go on with a file that was received before, as it was asked for then."""
    option = row.logger if row.claimed_by == "option" else None
    loading = replace(loading, logger_option=option, overrules=row.overrules_at is not None)
    try:
        content = loading.archive.get(row.sha256)
    except ArchiveDamaged as error:
        ledger.settle(loading.connection, row.file_id, "failed", error=told(error), loader_version=loader_version())
        return [result_of(_again(loading.connection, row), Counts())]
    return _open(loading, row, Member(row.path, content))


def _open(loading: Loading, row: LedgerRow, file: Member) -> list[FileResult]:
    """Read a file, or the files in it. One that is loaded already costs nothing."""
    if row.state == "loaded" and not loading.overrules and row.format != CONTAINER:
        return [_loaded_before(loading, row)]
    parts = loading.unwrapper.unwrap(file.content, file.name)
    if parts == [file]:
        return [_take(loading, row, file.content)]
    failures = [part for part in parts if isinstance(part, Failure)]
    results = [result for part in parts if isinstance(part, Member) for result in _receive_inner(loading, part)]
    _settle_container(loading.connection, row, results, failures)
    if failures:
        results.append(result_of(replace(_again(loading.connection, row), path=row.path), Counts()))
    return results


def _receive_inner(loading: Loading, part: Member) -> list[FileResult]:
    """A file out of a container is archived and recorded like one that came by itself."""
    sha256 = loading.archive.put(part.content)
    row = ledger.receive(
        loading.connection, sha256, part.name, len(part.content), loading.logger_option, overrules=loading.overrules
    )
    row = replace(row, path=part.name)
    if row.state == "loaded" and not loading.overrules:
        return [_loaded_before(loading, row)]
    return [_take(loading, row, part.content)]


def _loaded_before(loading: Loading, row: LedgerRow) -> FileResult:
    """A file that is loaded already; that it belongs to another logger than it is said now is an error."""
    named = loading.loggers.find(loading.logger_option) if loading.logger_option else None
    if loading.logger_option is None or (named and named.serial == row.logger):
        return as_before(row)
    error = {
        "what": f"it is loaded already, as a file of logger {row.logger}",
        "where": row.path,
        "remedy": f"load it without --logger, or with --logger {row.logger}",
    }
    return replace(as_before(row), state="failed", error=error)


def _settle_container(
    connection: Connection, row: LedgerRow, results: Sequence[FileResult], failures: Sequence[Failure]
) -> None:
    """A container is loaded when all that is in it has been received; else it waits for what opens the rest."""
    described = {
        "format": CONTAINER,
        "header": {"members": [{"path": result.path, "sha256": result.sha256} for result in results]},
        "loader_version": loader_version(),
    }
    if not failures:
        ledger.settle(connection, row.file_id, "loaded", error=None, **described)
        return
    error: dict[str, object] = {**failures[0].error.as_dict(), "waits_for": "configuration"}
    if len(failures) > 1:
        error["others"] = len(failures) - 1
    ledger.settle(connection, row.file_id, "failed", error=error, **described)


def _take(loading: Loading, row: LedgerRow, content: bytes) -> FileResult:
    """Read one file that is not wrapped, and say what became of it."""
    try:
        counts = read_file(
            loading.connection, row, content, loading.loggers, loading.logger_option, overrules=loading.overrules
        )
    except (FormatError, StationManagerError) as error:
        ledger.settle(loading.connection, row.file_id, "failed", error=told(error), loader_version=loader_version())
        counts = Counts()
    return result_of(replace(_again(loading.connection, row), path=row.path), counts)


def _again(connection: Connection, row: LedgerRow) -> LedgerRow:
    """The row as it is now."""
    return ledger.find(connection, "file_id = %s", row.file_id)[0]
