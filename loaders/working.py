"""Reads files of the ledger, many at a time: in this process, or spread over worker processes."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace

from database.connection import connect
from database.errors import SetupError
from database.home import Home
from loaders import ledger
from loaders.faults import OF_ONE_FILE, failure
from loaders.formats.frame import FormatError
from loaders.ledger import LedgerRow
from loaders.opening import Opener
from loaders.reading import Readable, bring_in
from loaders.readings import Counts
from loaders.results import FileResult, as_before, result_of
from loaders.unwrapping import Settings

UNIT_BYTES = 8 << 20  # of files that are opened before they are brought in together
UNIT_FILES = 200
WORTH_A_PROCESS = 4 << 20  # bytes; to start one costs half a second

Results = dict[int, list[FileResult]]
OnUnit = Callable[[int], None]
OnFile = Callable[[str, int, int], None]
SPAWN = multiprocessing.get_context("spawn")  # forked threads of libraries may hang


@dataclass(frozen=True, slots=True)
class Job:
    """What worker processes need to know."""

    home: Home
    settings: Settings
    application: str


def read(job: Job, rows: Sequence[LedgerRow], *, workers: int | None, on_unit: OnUnit) -> Results:
    """Read files, and say of each, by its id, what became of it or of the files in it.

    Args:
        job: the instance.
        rows: in the order in which they are to be read.
        workers: how many processes; by default as many as there are cores, and none where there is little to read.
        on_unit: told how many files are done, now and then.
    """
    if not rows:
        return {}
    portions = list(units(rows))
    if workers is None:
        size = sum(row.size_bytes for row in rows)
        workers = min(len(os.sched_getaffinity(0)), len(portions), 1 + size // WORTH_A_PROCESS)
    if workers <= 1:
        return _read_here(job, portions, on_unit)
    return _read_in_processes(job, portions, workers, on_unit)


def units(rows: Sequence[LedgerRow]) -> Iterator[list[LedgerRow]]:
    """Files in portions that are read together."""
    unit: list[LedgerRow] = []
    size = 0
    for row in rows:
        if unit and (size + row.size_bytes > UNIT_BYTES or len(unit) == UNIT_FILES):
            yield unit
            unit, size = [], 0
        unit.append(row)
        size += row.size_bytes
    if unit:
        yield unit


def _read_here(job: Job, portions: Sequence[Sequence[LedgerRow]], on_unit: OnUnit) -> Results:
    results: Results = {}
    with connect(job.home, "loader", application=job.application) as connection:
        opener = Opener.of(job.home, connection, job.settings)
        for unit in portions:
            results |= read_unit(opener, unit)
            on_unit(len(unit))
    return results


def _read_in_processes(job: Job, portions: Sequence[Sequence[LedgerRow]], workers: int, on_unit: OnUnit) -> Results:
    """As `_read_here`. A worker that dies takes its portions with it, which are read again, smaller and smaller."""
    results: Results = {}
    lost: list[Sequence[LedgerRow]] = []
    with ProcessPoolExecutor(workers, mp_context=SPAWN) as pool:
        futures = {pool.submit(_work, job, portion): portion for portion in portions}
        for future in as_completed(futures):
            try:
                results |= future.result()
                on_unit(len(futures[future]))
            except BrokenProcessPool:
                lost.append(futures[future])
    if lost:
        _see_that_workers_start(job)
    for portion in lost:
        results |= _read_alone(job, portion)
        on_unit(len(portion))
    return results


def _see_that_workers_start(job: Job) -> None:
    """Raise where it is no file that workers die of."""
    with ProcessPoolExecutor(1, mp_context=SPAWN) as pool:
        try:
            pool.submit(_work, job, []).result()
        except BrokenProcessPool as error:
            raise SetupError(
                "worker processes end as soon as they are started",
                "stationmanager load",
                "try --workers 1, which needs none",
            ) from error


def _read_alone(job: Job, portion: Sequence[LedgerRow]) -> Results:
    """Files in a process of their own; where it dies each half of them, until one is left, which is what it dies of."""
    with ProcessPoolExecutor(1, mp_context=SPAWN) as pool:
        try:
            return pool.submit(_work, job, portion).result()
        except BrokenProcessPool:
            if len(portion) > 1:
                half = len(portion) // 2
                return _read_alone(job, portion[:half]) | _read_alone(job, portion[half:])
    (row,) = portion
    error = FormatError(
        "the process that read it was killed", row.path, "see whether memory ran out, then load --retry"
    )
    with connect(job.home, "loader", application=job.application) as connection:
        ledger.settle(connection, row.file_id, "failed", **failure(row, error))
        return {row.file_id: [result_of(ledger.find(connection, "file_id = %s", row.file_id)[0], Counts())]}


_opener: list[Opener] = []  # of a worker process, which keeps its connection


def _work(job: Job, portion: Sequence[LedgerRow]) -> Results:
    if not _opener:
        _opener.append(Opener.of(job.home, connect(job.home, "loader", application=job.application), job.settings))
    return read_unit(_opener[0], portion)


def read_unit(opener: Opener, unit: Sequence[LedgerRow]) -> Results:
    """Open files and bring them in, those of one logger together."""
    members: dict[int, list[LedgerRow]] = {row.file_id: [] for row in unit}
    counts: dict[int, Counts] = {}
    opened: list[Readable] = []
    size = 0
    for row in unit:
        for one in opener.open(row):
            found = one.row if isinstance(one, Readable) else one
            members[row.file_id].append(found)
            if isinstance(one, LedgerRow):
                if one.state == "loaded":
                    counts[one.file_id] = one.as_same
                continue
            opened.append(one)
            size += found.size_bytes
            if size > UNIT_BYTES:
                counts |= _bring_in_by_logger(opener, opened)
                opened, size = [], 0
    counts |= _bring_in_by_logger(opener, opened)
    return _results(opener, members, counts)


def _bring_in_by_logger(opener: Opener, opened: Sequence[Readable]) -> dict[int, Counts]:
    opener.write_notes()
    counts: dict[int, Counts] = {}
    by_logger: dict[str, list[Readable]] = {}
    for one in {one.row.file_id: one for one in opened}.values():
        by_logger.setdefault(one.logger.serial, []).append(one)
    for files in by_logger.values():
        counts |= _bring_in(opener, files)
    return counts


def _bring_in(opener: Opener, files: Sequence[Readable]) -> dict[int, Counts]:
    """Bring files of one logger in together; where one of them is at fault each by itself, so that no other is lost."""
    try:
        return bring_in(opener.connection, files)
    except OF_ONE_FILE as error:
        if len(files) == 1:
            ledger.settle(opener.connection, files[0].row.file_id, "failed", **failure(files[0].row, error))
            return {}
    counts: dict[int, Counts] = {}
    for file in files:
        counts |= _bring_in(opener, [file])
    return counts


def _results(opener: Opener, members: dict[int, list[LedgerRow]], counts: dict[int, Counts]) -> Results:
    ids = {one.file_id for found in members.values() for one in found}
    now = {row.file_id: row for row in ledger.find(opener.connection, "file_id = any(%s)", sorted(ids))}
    results: Results = {}
    seen: set[int] = set()
    for file_id, found in members.items():
        results[file_id] = []
        for one in found:
            row = replace(now[one.file_id], path=one.path)
            is_first = one.file_id not in seen
            seen.add(one.file_id)
            result = result_of(row, counts.get(one.file_id, Counts())) if is_first else as_before(row)
            results[file_id].append(result)
    return results
