"""A gap of three years ago that is filled today is judged and exported, and nothing else is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from database.connection import connect
from database.home import Home
from tests.commands import run
from tests.loaders.campaign import STEP, at, claim_mast, toa5

DAY = 144  # steps
YEARS_LATER = 3 * 365 * DAY
GAP = (2 * DAY, 3 * DAY)
TOO_FAST = GAP[0] + 30  # a speed that the rule `range` takes, in the midst of the gap


def rows(begin: int, end: int) -> dict[int, list[object]]:
    """Speeds that weather could have made."""
    return {step: [7 + (step * 7 % 11) * 0.3] for step in range(begin, end)}


@dataclass(frozen=True, slots=True)
class Filled:
    """The instance, what was exported before the gap was filled and after, line by line, and what was found before."""

    home: Home
    before: dict[str, str]
    after: dict[str, str]
    found_before: list[Any]


@pytest.fixture(scope="module")
def filled(new_home: Callable[[str], Home], built: str, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    home, folder = new_home(built), tmp_path_factory.mktemp("files")
    claim_mast(home, folder)
    around = rows(0, GAP[0]) | rows(GAP[1], GAP[1] + DAY) | rows(YEARS_LATER, YEARS_LATER + DAY)
    (folder / "around.dat").write_bytes(toa5(around | {10: [99], YEARS_LATER + 10: [99]}))
    (folder / "gap.dat").write_bytes(toa5(rows(*GAP) | {TOO_FAST: [99]}))
    run(home, "load", folder / "around.dat")
    run(home, "build")
    before, found_before = exported(home), found(home)
    run(home, "load", folder / "gap.dat")
    run(home, "build")
    return Filled(home, before, exported(home), found_before)


def exported(home: Home) -> dict[str, str]:
    """The lines of the exported file, by their timestamp."""
    run(home, "export", "test_mast", "--format", "csv")
    text = (home.exports / "test_mast.csv").read_text()
    return dict(line.split(",", 1) for line in text.splitlines()[1:])


def found(home: Home) -> list[Any]:
    return asked(home, "select reason, date_from, date_to from cleaned.flagged_periods order by date_from, reason")


def asked(home: Home, query: str) -> list[Any]:
    with connect(home, "owner") as owner:
        return owner.execute(query.encode()).fetchall()


def utc(step: int) -> datetime:
    return at(step).replace(tzinfo=UTC)


def stamp(step: int) -> str:
    return f"{at(step):%Y-%m-%dT%H:%M:%SZ}"


def test_it_is_judged(filled: Filled) -> None:
    taken = asked(
        filled.home,
        "select timestamp, recorded_value, value from cleaned.readings where excluded_by = 'range' order by timestamp",
    )
    assert taken == [(utc(step), 99, None) for step in (10, TOO_FAST, YEARS_LATER + 10)]


def test_it_is_exported_and_every_other_line_is_as_it_was(filled: Filled) -> None:
    new = {line: values for line, values in filled.after.items() if line not in filled.before}
    assert list(new) == [stamp(step) for step in range(*GAP)]
    assert [line for line, value in new.items() if not value] == [stamp(TOO_FAST)]
    assert {line: filled.after[line] for line in filled.before} == filled.before


def test_only_the_gap_and_what_rules_need_around_it_was_looked_at(filled: Filled) -> None:
    changed = asked(
        filled.home,
        "select date_from, date_to from ops.changed_span where cause = 'load' order by changed_span_id desc limit 1",
    )
    assert changed == [(utc(GAP[0]), utc(GAP[1]))]
    stale = asked(filled.home, "select rule, reach, date_from, date_to from cleaned.stale_periods")
    assert {rule for rule, *_ in stale} >= {"range", "spike", "standstill"}
    reaches: list[timedelta] = []
    for _, reach, date_from, date_to in stale:
        assert (date_from, date_to) == (utc(GAP[0]) - reach, utc(GAP[1]) + reach)
        reaches.append(reach)
    (looked_at,) = asked(filled.home, "select min(timestamp), max(timestamp) from cleaned.slots")
    # a reading within the stale time is judged by what lies within reach of it
    assert looked_at[0] >= utc(GAP[0]) - 2 * max(reaches)
    assert looked_at[1] < utc(GAP[1]) + 2 * max(reaches)


def test_only_what_was_found_there_is_new(filled: Filled) -> None:
    now = found(filled.home)
    new = [period for period in now if period not in filled.found_before]
    assert [period for period in filled.found_before if period not in now] == []
    assert ("range", utc(TOO_FAST), utc(TOO_FAST) + STEP) in new
    assert min(date_from for _, date_from, _ in new) >= utc(GAP[0])
    assert max(date_to for *_, date_to in new) <= utc(GAP[1])
