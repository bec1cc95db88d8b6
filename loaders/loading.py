"""Loads files: receive, then read. Each step can be killed and repeated at any moment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from database.connection import Connection, connect
from database.home import Home
from loaders import companions, ledger, working
from loaders.archive import Archive
from loaders.clock import Loggers, read_loggers
from loaders.containers.names import printable
from loaders.identifying import Formats
from loaders.ledger import LedgerRow
from loaders.opening import CONTAINER, Opener
from loaders.receiving import Receiver
from loaders.results import FileResult, LoadResult, as_before, failed, unreadable
from loaders.unwrapping import Settings
from loaders.versions import loader_version
from loaders.working import Job, OnFile, Results

APPLICATION = "stationmanager load"
CHUNK_FILES = 200
CHUNK_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Came:
    """A file that was named: its path, and its row on the ledger or why there is none."""

    path: str
    row: LedgerRow | None
    problem: FileResult | None = None


def load(
    home: Home,
    paths: Sequence[Path],
    *,
    logger: str | None = None,
    overrules: bool = False,
    on_file: OnFile | None = None,
    settings: Settings | None = None,
    workers: int | None = None,
) -> LoadResult:
    """Load files and folders. A file that can't be read is recorded as failed, and the others still load.

    Args:
        home: the instance.
        paths: files, or folders whose files are taken, by name.
        logger: serial that the files belong to, whatever their headers say.
        overrules: whether these files' values win over those of all other files (`--replace`).
        on_file: told the path, how many files are done and how many there are, now and then.
        settings: passwords, keys and converters; by default those of the home's configuration.
        workers: processes that read; by default as many as there are cores, if there is enough to do.
    """
    files = list(_files_of(paths))
    progress = _Progress(on_file, 2 * len(files))
    with connect(home, "loader", application=APPLICATION) as connection:
        receiver = Receiver(connection, Archive(home.archive), Formats.of(home), logger, overrules)
        came = [one for chunk in _chunks(files) for one in _receive(receiver, chunk, progress)]
        loggers = read_loggers(connection) if logger else None
        job = Job(home, settings or Settings.of(home, os.environ), APPLICATION)
        results = working.read(job, _to_read(connection, came), workers=workers, on_unit=progress.add)
        results |= _sweep(job, connection)
    return LoadResult(list(_told(came, results, logger, loggers)))


def load_waiting(
    home: Home,
    *,
    retry_failed: bool = False,
    on_file: OnFile | None = None,
    settings: Settings | None = None,
    workers: int | None = None,
) -> LoadResult:
    """Read from the archive what was received and is not loaded yet: after a crash, or once it can be read.

    Files that failed are tried again where the code or the configuration is another one by now.

    Args:
        home: the instance.
        retry_failed: whether all that failed are read again, and files of which other code rejected lines.
        on_file: as of `load`.
        settings: as of `load`.
        workers: as of `load`.
    """
    with connect(home, "loader", application=APPLICATION) as connection:
        job = Job(home, settings or Settings.of(home, os.environ), APPLICATION)
        opener = Opener.of(home, connection, job.settings)
        if retry_failed:
            ledger.take_up_rejected(connection, version=loader_version())
        waiting = ledger.waiting(connection, version=loader_version(), retry_failed=retry_failed)
        rows = [row for row in waiting if retry_failed or _may_be_read_now(row, opener)]
        progress = _Progress(on_file, len(rows))
        results = working.read(job, rows, workers=workers, on_unit=progress.add)
        results |= _sweep(job, connection)
    return LoadResult([result for found in results.values() for result in found])


def _may_be_read_now(row: LedgerRow, opener: Opener) -> bool:
    """Whether what a file waits for may have come: a program that hangs would else take its time at every build."""
    if row.state == "unclaimed":
        return opener.loggers.knows(row.logger)
    is_same_code = row.loader_version == loader_version()
    return not (is_same_code and row.error and row.error.get("tried_with") == opener.unwrapper.setup)


class _Progress:
    """How far a load is: each file counts when it is received, and when it is read."""

    def __init__(self, on_file: OnFile | None, total: int) -> None:
        self._on_file = on_file
        self._done = 0
        self._total = total

    def add(self, count: int, path: str = "") -> None:
        self._done += count
        if self._on_file:
            self._on_file(path, min(self._done, self._total), self._total)


def _files_of(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from map(Path, sorted(_files_below(str(path))))
        else:
            yield path


def _files_below(folder: str) -> Iterator[str]:
    """Files of a folder and its folders; what can't be looked at stands for itself, so that who opens it says why.

    Links to folders are not followed: they could lead round in circles.
    """
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files_below(entry.path)
                elif _may_be_file(entry):
                    yield entry.path
    except OSError:
        yield folder


def _may_be_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link to itself, say
        return True


def _chunks(files: Sequence[Path]) -> Iterator[list[Path]]:
    """Portions that are received together."""
    chunk: list[Path] = []
    size = 0
    for file in files:
        try:
            own = file.stat().st_size
        except OSError:  # who opens it says so
            own = 0
        if chunk and (size + own > CHUNK_BYTES or len(chunk) == CHUNK_FILES):
            yield chunk
            chunk, size = [], 0
        chunk.append(file)
        size += own
    if chunk:
        yield chunk


def _receive(receiver: Receiver, paths: Sequence[Path], progress: _Progress) -> list[Came]:
    came: list[Came] = []
    with ExitStack() as stack:
        arrivals = []
        for path in paths:
            try:
                arrivals.append(stack.enter_context(receiver.open(path)))
                came.append(Came(printable(path), None))
            except OSError as error:
                came.append(Came(printable(path), None, unreadable(path, error)))
        rows = iter(receiver.receive(arrivals))
    progress.add(len(paths), printable(paths[-1]))
    return [one if one.problem else replace(one, row=replace(next(rows), path=one.path)) for one in came]


def _to_read(connection: Connection, came: Sequence[Came]) -> list[LedgerRow]:
    """What is not loaded yet; of a content that came by several names one row."""
    by_content: dict[int, list[LedgerRow]] = {}
    for one in came:
        if one.row and not _is_done(one.row):
            by_content.setdefault(one.row.file_id, []).append(one.row)
    return [companions.served(connection, rows) for rows in by_content.values()]


def _is_done(row: LedgerRow) -> bool:
    """Whether nothing is to be read; of a container that was opened its members are told once more."""
    return row.state == "loaded" and row.format != CONTAINER


def _sweep(job: Job, connection: Connection) -> Results:
    """Read what could not be read before, as long as that helps.

    A table's period is told by other files of it, what continues a file must be read after it, and what lacks another
    file has it now.
    """
    results: Results = {}
    companions.wake(connection)
    before: set[int] = set()
    while True:
        landed = ledger.find(connection, "state = 'landed'")
        if {row.file_id for row in landed} in (set(), before):
            return results
        before = {row.file_id for row in landed}
        results |= working.read(job, landed, workers=None, on_unit=lambda _: None)


def _told(came: Sequence[Came], results: Results, logger: str | None, loggers: Loggers | None) -> Iterator[FileResult]:
    """What became of each file, in the order in which they were named; a content that came twice is told twice."""
    told: set[int] = set()
    for one in came:
        if one.row is None:
            assert one.problem is not None
            yield one.problem
        elif one.row.file_id in results:
            found = results[one.row.file_id]
            if one.row.file_id in told:
                yield from map(_once_more, found, [one.path] * len(found))
            else:  # which may have been read by another name
                yield from (replace(it, path=one.path) if it.sha256 == one.row.sha256 else it for it in found)
            told.add(one.row.file_id)
        else:
            yield _loaded_before(one.row, logger, loggers)


def _once_more(result: FileResult, path: str) -> FileResult:
    return replace(result, path=path, new=0, same=result.new + result.same + result.changed, changed=0)


def _loaded_before(row: LedgerRow, logger: str | None, loggers: Loggers | None) -> FileResult:
    """A file that is loaded already; that it belongs to another logger than it is said now is an error."""
    named = loggers.find(logger) if loggers else None
    # what says what others hold belongs to no logger
    if logger is None or row.logger is None or (named and named.serial == row.logger):
        return as_before(row)
    what = f"it is loaded already, as a file of logger {row.logger}"
    error = failed(row.path, what, f"load it without --logger, or with --logger {row.logger}").error
    return replace(as_before(row), state="failed", error=error)
