"""What the rule `cadence` tells of a clock that was set back, from the files on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from database.connection import connect
from database.home import Home
from loaders.loading import load
from orchestration.dbt import run_dbt
from tests.loaders.campaign import at, toa5

Write = Callable[[str, bytes], Path]

LINES_OF_HEADER = 4
FOUND = "select date_from, date_to, parameter from cleaned.cadence where measurement_point = 'Spd' order by date_from"


def file(*runs: Iterable[float]) -> bytes:
    """A file in which the clock runs through these steps one after the other, and the wind never repeats itself."""
    lines: list[bytes] = []
    for number, run in enumerate(runs):
        written = toa5({step: [5 + number + step / 1000] for step in run}).splitlines(keepends=True)  # type: ignore[misc]
        lines += written[LINES_OF_HEADER if number else 0 :]
    return b"".join(lines)


def judge(home: Home) -> None:
    run_dbt(home, ["build", "--exclude-resource-type", "unit_test", "test"])


def found(home: Home) -> list[tuple[object, ...]]:
    with connect(home, "owner") as owner:
        return owner.execute(FOUND).fetchall()


def spans(home: Home) -> tuple[object, ...] | None:
    with connect(home, "owner") as owner:
        return owner.execute("select count(*) from ops.changed_span").fetchone()


def utc(step: int) -> datetime:
    return at(step).replace(tzinfo=UTC)


def test_the_hour_that_a_clock_went_through_twice_is_told(mast: Home, write: Write) -> None:
    load(mast, [write("a.dat", file(range(21), range(15, 40)))])
    judge(mast)
    assert found(mast) == [(utc(15), utc(21), "rows")]


def test_stamps_in_two_files_are_told_whichever_came_first(mast: Home, write: Write) -> None:
    early, late = write("early.dat", file(range(400))), write("late.dat", file([], range(100, 500)))
    load(mast, [late])
    judge(mast)
    assert found(mast) == []
    load(mast, [early])
    judge(mast)
    assert found(mast) == [(utc(100), utc(400), "rows")]


def test_a_file_that_was_sent_again_longer_and_corrected_is_no_step_back(mast: Home, write: Write) -> None:
    load(mast, [write("a.dat", file(range(50))), write("b.dat", file([], range(80)))])
    judge(mast)
    assert found(mast) == []


def test_a_clock_set_back_is_told_where_the_file_brings_nothing_new(mast: Home, write: Write) -> None:
    second_pass, both_passes = file([], range(15, 21)), write("b.dat", file(range(15, 21), range(15, 21)))
    load(mast, [write("a.dat", second_pass)])
    judge(mast)
    assert found(mast) == []
    (loaded,) = load(mast, [both_passes]).files
    assert (loaded.new, loaded.same, loaded.kept) == (0, 6, 6)
    judge(mast)
    assert found(mast) == [(utc(15), utc(21), "rows")]
    told = spans(mast)
    load(mast, [both_passes])
    assert spans(mast) == told
