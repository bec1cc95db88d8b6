"""Windographer's flagging log: its columns, names and dates as flags, and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.connection import Connection, connect
from database.errors import UsageError
from database.home import Home
from loaders.flags import FlagImport, import_flags, list_flags
from loaders.flags_log import DateOrder, recognises
from loaders.metadata.importing import import_metadata
from tests.loaders.metadata_documents import document

HEADING = "Data Column\tFlag Name\tStart Time\tEnd Time\tTime Steps"
STAND_INS = """
create table reference.reasons (reason text, other_names text);
insert into reference.reasons values ('icing', 'ice'), ('tower shadow', 'tower shading|mast shadow'), ('other', '');
create table reference.rules (rule text);
insert into reference.rules values ('flat_line'), ('icing');
create table reference.statistics (statistic text, windographer_suffix text);
insert into reference.statistics values ('avg', null), ('sd', 'SD'), ('max', 'Max');
create table metadata.loggers (station text, date_from timestamp, date_to timestamp, utc_offset interval);
insert into metadata.loggers values ('hill_mast', '-infinity', 'infinity', '1 hour');
create table cleaned.flagged_periods (
    station text, measurement_point text, statistic text, date_from timestamptz, date_to timestamptz, reason text,
    mode text, remark text
);
"""


@pytest.fixture
def transformer(home: Home) -> Iterator[Connection]:
    """A connection as dbt, with stand-ins for what it builds: a clock an hour ahead of UTC, reasons and rules."""
    with connect(home, "transformer") as connection:
        for statement in STAND_INS.split(";")[:-1]:
            connection.execute(statement.encode())
        yield connection


@pytest.fixture
def hill_mast(transformer: Connection, loader: Connection, tmp_path: Path) -> Connection:
    """The small mast, whose deviation stands in a column Spd80mNStd; returns the connection that excludes periods."""
    (tmp_path / "mast.json").write_text(json.dumps(document()))
    import_metadata(loader, tmp_path / "mast.json", utc_offset_hours=None, timestamps=None, imported_by="the test")
    return transformer


def log(*rows: str) -> bytes:
    return "".join(f"{row}\r\n" for row in (HEADING, *rows)).encode("cp1252")


def bring(loader: Connection, *rows: str, dates: DateOrder | None = None) -> FlagImport:
    return import_flags(loader, log(*rows), "log.txt", station=None, created_by="anna", dates=dates)


def refused(loader: Connection, *rows: str) -> str:
    with pytest.raises(UsageError) as error:
        bring(loader, *rows)
    assert list_flags(loader) == []
    return error.value.what


@pytest.mark.usefixtures("hill_mast")
def test_a_row_is_a_flag_by_the_stations_clock(loader: Connection) -> None:
    answer = bring(loader, "Spd80mN\tICING\t13/03/2016 06:20\t13/03/2016 06:40\t2")
    assert answer == FlagImport(added=1, unchanged=0, ids=[1], read_as="flagging log, day-first")
    [flag] = list_flags(loader)
    assert (flag.sensor, flag.measurement_point, flag.statistic) == ("All", "Spd80mN", "avg")
    assert (flag.reason, flag.remark, flag.source) == ("icing", None, "imported")
    assert (flag.date_from, flag.date_to) == (
        datetime(2016, 3, 13, 5, 20, tzinfo=UTC),
        datetime(2016, 3, 13, 5, 40, tzinfo=UTC),
    )


@pytest.mark.usefixtures("hill_mast")
@pytest.mark.parametrize("column", ["Spd80mN SD", "Spd80mN SD [m/s]", "Spd80mNStd", "Spd80mN_sd"])
def test_a_column_goes_by_our_names_and_by_the_files(loader: Connection, column: str) -> None:
    bring(loader, f"{column}\ticing\t13/03/2016 06:20\t13/03/2016 06:40\t2")
    assert [(flag.measurement_point, flag.statistic) for flag in list_flags(loader)] == [("Spd80mN", "sd")]


@pytest.mark.usefixtures("hill_mast")
@pytest.mark.parametrize(
    ("name", "reason", "remark"),
    [
        ("Ice", "icing", None),
        ("Tower Shading", "tower shadow", None),
        ("Synthesized", "other", "Synthesized"),
        ("Invalid", "other", "Invalid"),
        ("Störung der Anlage", "other", "Störung der Anlage"),
    ],
)
def test_a_name_becomes_a_reason_or_is_kept(loader: Connection, name: str, reason: str, remark: str | None) -> None:
    bring(loader, f"Dir78m\t{name}\t13/03/2016 06:20\t13/03/2016 06:40\t2")
    assert [(flag.reason, flag.remark) for flag in list_flags(loader)] == [(reason, remark)]


@pytest.mark.usefixtures("hill_mast")
def test_dates_are_read_in_the_one_order_that_all_rows_allow(loader: Connection) -> None:
    rows = ["Dir78m\ticing\t3/1/2016 6:20 AM\t3/13/2016 6:40 PM\t1802"]
    assert bring(loader, *rows).read_as == "flagging log, month-first"
    assert list_flags(loader)[0].date_from == datetime(2016, 3, 1, 5, 20, tzinfo=UTC)


@pytest.mark.usefixtures("hill_mast")
def test_dates_that_could_be_either_are_read_day_first_unless_it_is_said(loader: Connection) -> None:
    row = "Dir78m\ticing\t02/03/2016 06:20\t02/03/2016 06:40\t2"
    assert bring(loader, row).read_as == "flagging log, day-first"
    assert bring(loader, row, dates="month-first").added == 1
    assert [flag.date_from.month for flag in list_flags(loader) if flag.date_from] == [2, 3]


@pytest.mark.usefixtures("hill_mast")
def test_a_column_that_the_station_has_not_is_kept_and_takes_nothing(loader: Connection) -> None:
    row = "\ticing\t13/03/2016 06:20\t13/03/2016 06:40\t2"
    answer = bring(loader, f"Spd80mN{row}", f"Wind Shear{row}")
    assert (answer.added, answer.unknown_columns) == (2, ["Wind Shear"])
    assert list_flags(loader)[1].measurement_point == "Wind Shear"
    assert bring(loader, f"Spd80mN{row}", f"Wind Shear{row}").unchanged == 2


@pytest.mark.usefixtures("hill_mast")
@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Shear\ticing\t13/03/2016 06:20\t13/03/2016 06:40\t2", 'hill_mast has none of the columns, such as "Shear"'),
        ("Dir78m\ticing\t13/13/2016 06:20\t13/03/2016 06:40\t2", 'Start Time: found "13/13/2016 06:20", expected'),
        ("Dir78m\ticing\t13/03/2016 06:20\t13/03/2016 06:20\t2", "column End Time: found"),
        ("Dir78m\ticing", "line 2: found 2 cells, expected a data column, a flag's name, and two times"),
    ],
)  # fmt: skip
def test_what_is_no_row_is_told(loader: Connection, row: str, told: str) -> None:
    assert told in refused(loader, row)


@pytest.mark.usefixtures("hill_mast")
def test_steps_of_two_lengths_are_told(loader: Connection) -> None:
    rows = [f"Dir78m\ticing\t13/03/2016 06:20\t13/03/2016 06:40\t{steps}" for steps in (2, 4)]
    told = "line 3, column Time Steps: found 4 steps, of 0:05:00 each, expected steps of 0:10:00, as in line 2"
    assert told in refused(loader, *rows)


def exclude(hill_mast: Connection, reason: str, span: Sequence[str], remark: str | None = None) -> None:
    hill_mast.execute(
        "insert into cleaned.flagged_periods values ('hill_mast', 'Dir78m', null, %s, %s, %s, 'exclude', %s)",
        [*span, reason, remark],
    )


def test_what_is_excluded_already_is_left(loader: Connection, hill_mast: Connection) -> None:
    exclude(hill_mast, "icing", ("2016-03-13 05:25+00", "2016-03-13 05:31+00"))  # off the grid: 05:20 and 05:30
    exclude(hill_mast, "icing", ("2016-03-13 05:40+00", "2016-03-13 06:00+00"))
    rows = [
        f"Dir78m\ticing\t13/03/2016 {begin}\t13/03/2016 {end}\t{steps}"
        for begin, end, steps in (("06:20", "06:40", 2), ("06:20", "07:00", 4), ("06:20", "07:10", 5))
    ]
    answer = bring(loader, *rows)
    assert (answer.added, answer.unchanged) == (1, 2)


def test_another_reason_is_another_flag(loader: Connection, hill_mast: Connection) -> None:
    exclude(hill_mast, "icing", ("2016-03-13 05:20+00", "2016-03-13 05:40+00"))
    exclude(hill_mast, "other", ("2016-03-13 05:20+00", "2016-03-13 05:40+00"), "Invalid")
    rows = [f"Dir78m\t{name}\t13/03/2016 06:20\t13/03/2016 06:40\t2" for name in ("Ice", "invalid", "Synthesized")]
    answer = bring(loader, *rows)
    assert (answer.added, answer.unchanged) == (1, 2)


def test_what_rules_found_is_left_to_them(loader: Connection, hill_mast: Connection) -> None:
    exclude(hill_mast, "flat_line", ("2016-03-13 05:20+00", "2016-03-13 05:40+00"))
    rows = [f"Dir78m\tflat_line\t{day}/03/2016 06:20\t{day}/03/2016 06:40\t2" for day in (13, 14)]
    answer = bring(loader, *rows)
    assert (answer.added, answer.unchanged, answer.left_to_rules) == (0, 1, ["flat_line"])


@given(
    st.lists(
        st.lists(st.text("0123456789/: APM\tSpdDir78m", max_size=16) | st.just("Dir78m"), min_size=1, max_size=6),
        max_size=4,
    )
)
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.usefixtures("hill_mast")
def test_anything_in_a_log_is_a_flag_or_a_usage_error(loader: Connection, rows: list[list[str]]) -> None:
    content = log(*("\t".join(row) for row in rows))
    assert recognises(content)
    try:
        answer = import_flags(loader, content, "log.txt", station=None, created_by="anna")
    except UsageError as error:
        told = error.what
    else:
        told = f"log.txt, line 2 to {answer.added + answer.unchanged + 1}"
    assert "log.txt, line " in told or "has none of the columns" in told


def test_the_real_log_is_told_from_a_table_and_read_day_first(
    loader: Connection, transformer: Connection, samples: Path
) -> None:
    folder = samples / "iea_task43"
    import_metadata(loader, folder / "demo_mast.json", utc_offset_hours=0, timestamps="begin", imported_by="the test")
    transformer.execute("insert into metadata.loggers values ('demo_mast', '-infinity', 'infinity', '0')")
    content = (samples / "windographer" / "windographer_flagging_log2.txt").read_bytes()
    answer = import_flags(loader, content, "log.txt", station="Demo Mast", created_by="anna")
    assert (answer.added, answer.unknown_columns, answer.read_as) == (226, ["Sp"], "flagging log, day-first")
    flags = list_flags(loader)
    assert {(flag.reason, flag.remark) for flag in flags} == {
        ("icing", None),
        ("other", "Installation"),
        ("other", "Invalid"),
        ("other", "Synthesized"),
    }
    assert {(flag.measurement_point, flag.statistic) for flag in flags} >= {("BattMin", "min"), ("PrcpTot", "sum")}
    longest = max(
        flags, key=lambda flag: flag.date_to - flag.date_from if flag.date_to and flag.date_from else timedelta()
    )
    assert (longest.measurement_point, longest.date_to) == ("Dir58mS", datetime(2018, 2, 9, 21, 30, tzinfo=UTC))
