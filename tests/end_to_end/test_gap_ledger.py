"""Why slots have no value: files that are loaded, flagged and judged by the commands, counted to the slot."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from database.connection import Connection, connect
from database.home import Home
from orchestration.dbt import run_dbt
from tests.commands import run
from tests.loaders.campaign import START, STEP, at, document, toa5

FIRST, SECOND, LONG, SPELT = "4712", "4713", "4714", "A4715"
YEARS_AGO = (datetime(2018, 1, 15) - START) // STEP  # in steps
GAP = (datetime(2018, 6, 10) - START) // STEP
LEDGER = (
    "select station, measurement_point, statistic, month, cause, slots from cleaned.gap_ledger order by 1, 2, 3, 4, 5"
)
OF_A_POINT = (
    "select cause, sum(slots)::int from cleaned.gap_ledger where station = %s and statistic = %s group by cause"
)


def location(name: str, *loggers: tuple[str, int, int | None], columns: tuple[str, ...] = ("avg",)) -> dict[str, Any]:
    """A mast whose loggers, by serial, were there from one step to another, with columns of one point."""
    mast: dict[str, Any]
    (mast,) = document()["measurement_location"]
    (main,), (point,) = mast["logger_main_config"], mast["measurement_point"]
    (setting,) = point["logger_measurement_config"]
    begin = at(min(first for _, first, _ in loggers)).isoformat()
    named = [{"column_name": f"Spd_{name}", "statistic_type_id": name, "is_ignored": False} for name in columns]
    point["logger_measurement_config"] = [setting | {"date_from": begin, "column_name": named}]
    mast["logger_main_config"] = [
        main
        | {"logger_serial_number": serial, "date_from": at(first).isoformat()}
        | {"date_to": at(last).isoformat() if last is not None else None}
        for serial, first, last in loggers
    ]
    return mast | {"name": name}


@pytest.fixture(scope="module")
def field(new_home: Callable[[str], Home], built: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Masts with each cause of a gap, with two loggers at once, and with years without a file."""
    home, folder = new_home(built), tmp_path_factory.mktemp("files")
    places = [
        location("Test Mast", ("4711", 0, None), columns=("avg", "sd")),
        location("Twin Mast", (FIRST, 0, 12), (SECOND, 6, None)),
        location("Long Mast", (LONG, YEARS_AGO, None)),
        location("Spelt Mast", (SPELT, 0, None), columns=("avg", "sd")),
    ]
    (folder / "metadata.json").write_text(json.dumps(document() | {"measurement_location": places}))
    run(home, "metadata", "import", folder / "metadata.json")
    values = {0: 10, 1: 11, 3: 13, 4: None, 5: 80, 6: 16, 7: 80, 8: 18}
    first = toa5({step: [value] for step, value in values.items()}, columns=["Spd_avg"])
    cut = first.replace(b'"2021-03-01 00:30:00",2,13\r\n', b'"2021-03-01 00:30:00",2\r\n')
    assert cut != first
    files = {
        "first": cut,
        "later": toa5({step: [10] for step in (20, 21, 22)}, columns=["Spd_avg"]),
        "without": toa5({step: [1] for step in (23, 24)}, columns=["Spd_sd"]),
        "one": toa5(
            {step: [None if step in (6, 7) else 9 + step / 10] for step in range(8)}, columns=["Spd_avg"], serial=FIRST
        ),
        "two": toa5(
            {step: [None if step == 6 else 9 + step / 10] for step in (6, 7, 8, 10, 11)},
            columns=["Spd_avg"],
            serial=SECOND,
        ),
        "begin": toa5({YEARS_AGO + step: [9 + step / 10] for step in range(6)}, columns=["Spd_avg"], serial=LONG),
        # files spell the serial otherwise than the metadata and each other
        "spelt": toa5({step: [9 + step / 10] for step in (0, 1, 4)}, columns=["Spd_avg"], serial="0a4715"),
        "otherwise": toa5({step: [1] for step in (5, 9)}, columns=["Spd_sd"], serial="a4715"),
        "end": toa5({step: [9 + step / 10] for step in range(6)}, columns=["Spd_avg"], serial=LONG),
    }
    for name, content in files.items():
        (folder / f"{name}.dat").write_bytes(content)
    run(home, "load", folder / "without.dat")  # so that the column is known when the line is rejected
    run(home, "load", *(folder / f"{name}.dat" for name in files))
    run(home, "flag", "add", "test_mast", "--sensor", "Spd", "--from", "2021-03-01 00:20", "--to", "2021-03-01 01:10",
        "--reason", "icing")  # fmt: skip
    run(home, "build")
    return home


@pytest.fixture
def owner(field: Home) -> Iterator[Connection]:
    with connect(field, "owner") as connection:
        yield connection


@pytest.fixture
def analyst(field: Home) -> Iterator[Connection]:
    with connect(field, "analyst") as connection:
        yield connection


def causes(connection: Connection, station: str, statistic: str = "avg") -> dict[str, int]:
    return {
        str(cause): int(str(slots)) for cause, slots in connection.execute(OF_A_POINT, [station, statistic]).fetchall()
    }


def counted(owner: Connection) -> dict[tuple[str, date], datetime]:
    """When each station's months were counted last."""
    rows = owner.execute("select station, month, counted_at from ops.counted_month").fetchall()
    return {(station, month): at for station, month, at in rows}


def test_each_slot_has_the_first_cause_that_holds(owner: Connection) -> None:
    assert causes(owner, "test_mast") == {
        "no_file": 11,  # from 01:30 to 03:10
        "logger_silent": 1,  # at 00:20, flagged too
        "rejected": 1,
        "not_in_file": 2,
        "recorded_missing": 1,  # flagged too
        "erroneous_period: icing": 2,  # one of them out of range
        "rule: range": 1,
        "valid": 6,
    }


def test_a_column_that_came_late_is_missing_in_the_rows_before(owner: Connection) -> None:
    assert causes(owner, "test_mast", "sd") == {"no_file": 11, "logger_silent": 1, "not_in_file": 11, "valid": 2}


def test_a_slot_that_two_loggers_serve_counts_once_by_the_one_that_got_further(owner: Connection) -> None:
    assert causes(owner, "twin_mast") == {"valid": 10, "recorded_missing": 1, "logger_silent": 1}


@pytest.mark.parametrize(
    ("station", "statistic", "last"),
    [("test_mast", "avg", 24), ("test_mast", "sd", 24), ("twin_mast", "avg", 11), ("spelt_mast", "avg", 9)],
)
def test_explain_names_the_cause_that_the_ledger_counts(
    analyst: Connection, station: str, statistic: str, last: int
) -> None:
    explained = analyst.execute(
        "select slot, cleaned.explain_reading(%s, 'Spd', %s, slot) ->> 'cause'"
        " from generate_series(timestamptz '2021-03-01 00:00+00', %s, '10 minutes') as slot",
        [station, statistic, f"{at(last)}Z"],
    ).fetchall()
    assert Counter(cause for _, cause in explained) == causes(analyst, station, statistic)
    if (station, statistic) == (
        "test_mast",
        "sd",
    ):  # the line that was cut in the column of averages is a row all the same
        assert explained[3][1] == "not_in_file"


def test_coverage_says_what_came_and_what_counts(owner: Connection) -> None:
    row = owner.execute(
        "select month::text, expected, recorded, valid, recovery_rate, availability, calendar_coverage"
        " from cleaned.coverage where station = 'test_mast' and statistic = 'avg'"
    ).fetchone()
    assert row == ("2021-03-01", 25, 9, 6, 6 / 25, 9 / 25, pytest.approx(6 / 4464))


def test_a_gap_of_three_years_ago_that_is_filled_is_counted_anew_and_nothing_else(
    field: Home, owner: Connection, tmp_path: Path
) -> None:
    of_june = "select cause, slots from cleaned.gap_ledger where station = 'long_mast' and month = '2018-06-01'"
    assert owner.execute(of_june).fetchall() == [("no_file", 30 * 144)]
    before = counted(owner)
    assert len(before) == 39 + 1 + 1 + 1
    filling = toa5({GAP + step: [9 + step % 7] for step in range(144)}, columns=["Spd_avg"], serial=LONG)
    (tmp_path / "filling.dat").write_bytes(filling)
    run(field, "load", tmp_path / "filling.dat")
    run(field, "build")
    assert dict(owner.execute(of_june).fetchall()) == {"no_file": 29 * 144, "valid": 144}
    after = counted(owner)
    assert {key for key in after if after[key] != before.get(key)} == {("long_mast", date(2018, 6, 1))}

    in_pieces = owner.execute(LEDGER.encode()).fetchall()
    owner.execute("delete from ops.counted_month")
    run_dbt(field, ["build", "--select", "path:models/cleaned/coverage", "--exclude-resource-type", "unit_test"])
    assert owner.execute(LEDGER.encode()).fetchall() == in_pieces
