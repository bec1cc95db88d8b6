"""Worker processes: what they bring in is what one process does, and one that dies costs its own file alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from database.connection import connect
from database.errors import SetupError
from database.home import Home
from loaders import ledger, working
from loaders.loading import load
from loaders.opening import Opener
from tests.loaders.campaign import toa5
from tests.loaders.test_loading import Write, readings

DEADLY = b"the reader dies of this"


def kill_on_deadly_files() -> None:
    """Let this process, a worker, die of certain files, as a parser in C does of a bad one."""

    opened = Opener.open

    def dying(self, row):  # type: ignore[no-untyped-def]  # as the method it stands for
        if self.archive.get(row.archived).startswith(DEADLY):
            os._exit(1)
        return opened(self, row)

    Opener.open = dying  # type: ignore[method-assign]  # in a worker process alone


@pytest.fixture
def files(write: Write) -> Callable[[str], list[Path]]:
    """Writes files that overlap, of three tables."""

    def write_files(name: str) -> list[Path]:
        return [
            write(
                f"{name}{number:02}.dat",
                toa5({step: [step / 4] for step in range(number * 8, number * 8 + 12)}, table=f"T{number % 3}"),
            )
            for number in range(40)
        ]

    return write_files


def test_two_workers_bring_in_what_one_process_does(
    mast: Home, new_home: Callable[[str], Home], files: Callable[[str], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "UNIT_FILES", 5)
    spread = load(mast, files("a"), workers=2)
    first = readings(mast)
    with connect(mast, "owner") as connection:
        connection.execute("truncate raw.reading, raw.channel, raw.file cascade")
    alone = load(mast, files("a"), workers=1)
    assert [row[:3] for row in readings(mast)] == [row[:3] for row in first]
    assert sum(file.new for file in spread.files) == sum(file.new for file in alone.files) == len(first)
    assert [file.path for file in spread.files] == [file.path for file in alone.files]


def test_a_worker_that_dies_costs_one_file(
    mast: Home, write: Write, files: Callable[[str], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "UNIT_FILES", 5)
    monkeypatch.setattr(working, "_work", dying_work)
    result = load(mast, [*files("a"), write("a07 deadly.dat", DEADLY)], workers=2)
    failed = [file for file in result.files if file.state == "failed"]
    assert [Path(file.path).name for file in failed] == ["a07 deadly.dat"]
    assert failed[0].error is not None
    assert failed[0].error["what"] == "the process that read it was killed"
    with connect(mast, "loader") as connection:
        assert len(ledger.find(connection, "state = 'loaded'")) == 40


def test_workers_that_can_not_start_are_an_error(
    mast: Home, files: Callable[[str], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "UNIT_FILES", 5)
    monkeypatch.setattr(working, "_work", never_starting)
    with pytest.raises(SetupError, match="worker processes end as soon as they are started"):
        load(mast, files("a"), workers=2)


def dying_work(job: working.Job, portion: list[ledger.LedgerRow]) -> working.Results:
    """What a worker does, with a parser that dies."""
    kill_on_deadly_files()
    return working._work(job, portion)


def never_starting(_job: working.Job, _portion: list[ledger.LedgerRow]) -> working.Results:
    """What a worker does whose interpreter breaks down."""

    os._exit(1)
