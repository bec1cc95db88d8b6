"""Flags: on the station's own clock, each once, never deleted, and with the span of what is stale."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.connection import Connection, connect
from database.errors import MetadataError, UsageError
from database.home import Home
from loaders.flags import FlagImport, add_flag, import_flags, list_flags, withdraw_flag
from loaders.metadata.importing import import_metadata
from tests.loaders.metadata_documents import Document, document, mast

REASONS = ("icing", "installation", "other", "tower shadow", "unknown")
CALENDAR = "0123456789-: TZ+" + string.ascii_lowercase


@pytest.fixture
def transformer(home: Home) -> Iterator[Connection]:
    """A connection as dbt, to stand in for what it builds."""
    with connect(home, "transformer") as connection:
        yield connection


@pytest.fixture
def reference(transformer: Connection) -> None:
    """The seed of reasons, as far as flags need it."""
    transformer.execute("create table reference.reasons (reason text, other_names text)")
    for reason in REASONS:
        other_names = "tower shading|mast shadow" if reason == "tower shadow" else None
        transformer.execute("insert into reference.reasons values (%s, %s)", [reason, other_names])


@pytest.fixture
def clocks(transformer: Connection) -> Connection:
    """An empty stand-in for the view metadata.loggers; returns the connection that fills it."""
    transformer.execute("create table metadata.loggers (station text, date_from timestamp, date_to timestamp)")
    transformer.execute("alter table metadata.loggers add column utc_offset interval")
    return transformer


def set_clock(
    clocks: Connection,
    utc_offset: timedelta | None,
    date_from: str = "-infinity",
    date_to: str = "infinity",
    station: str = "hill_mast",
) -> None:
    clocks.execute("insert into metadata.loggers values (%s, %s, %s, %s)", [station, date_from, date_to, utc_offset])


@pytest.fixture
def hill_mast(loader: Connection, tmp_path: Path) -> None:
    """The small mast's metadata."""
    take(loader, tmp_path / "mast.json", document())


@pytest.fixture
def built_mast(hill_mast: None, reference: None, clocks: Connection) -> Connection:
    """The small mast with all that dbt makes of its metadata: its clock is an hour ahead of UTC."""
    set_clock(clocks, timedelta(hours=1))
    return clocks


@pytest.fixture
def two_masts(built_mast: Connection, loader: Connection, tmp_path: Path) -> None:
    """A second one beside it, two hours ahead."""
    content = document()
    mast(content)["name"] = "Old Mast"
    take(loader, tmp_path / "old.json", content)
    set_clock(built_mast, timedelta(hours=2), station="old_mast")


def take(loader: Connection, file: Path, content: Document) -> None:
    file.write_text(json.dumps(content))
    import_metadata(loader, file, utc_offset_hours=None, timestamps=None, imported_by="the test")


def add(
    loader: Connection,
    *,
    station: str = "hill_mast",
    sensor: str | None = "Spd",
    date_from: str | None = "2016-03-09 06:20",
    date_to: str | None = "2016-03-09 10:30",
    reason: str = "icing",
    remark: str | None = None,
    **target: str | None,
) -> int:
    return add_flag(loader, station, sensor, date_from, date_to, reason, remark=remark, created_by="anna", **target)


def bring(loader: Connection, content: str | bytes, station: str | None = None) -> FlagImport:
    return import_flags(loader, content, "flags.csv", station=station, created_by="anna")


def spans(loader: Connection) -> list[Any]:
    return loader.execute(
        "select station, date_from::text, date_to::text from ops.changed_span where cause = 'flag' order by 1, 2, 3"
    ).fetchall()


def refused(loader: Connection, content: str | bytes, station: str | None = None) -> str:
    with pytest.raises(UsageError) as error:
        bring(loader, content, station)
    assert list_flags(loader) == []
    return error.value.what


@pytest.mark.usefixtures("built_mast")
def test_a_flag_is_on_record_in_utc_with_who_and_why(loader: Connection) -> None:
    flag_id = add(loader, station="Hill Mast", remark="seen on the photo", statistic="SD", reason="Icing")
    [flag] = list_flags(loader, "hill_mast")
    assert (flag.flag_id, flag.station, flag.sensor, flag.statistic) == (flag_id, "hill_mast", "Spd", "sd")
    assert flag.date_from == datetime(2016, 3, 9, 5, 20, tzinfo=UTC)
    assert flag.date_to == datetime(2016, 3, 9, 9, 30, tzinfo=UTC)
    assert (flag.reason, flag.remark, flag.source, flag.created_by) == (
        "icing",
        "seen on the photo",
        "by_hand",
        "anna",
    )


@pytest.mark.usefixtures("built_mast")
def test_a_flag_makes_its_own_period_stale_when_it_is_set_and_when_it_is_withdrawn(loader: Connection) -> None:
    flag_id = add(loader, date_from="2016-03-09T06:20Z", date_to=None)
    loader.execute("set timezone = 'UTC'")
    assert spans(loader) == [("hill_mast", "2016-03-09 06:20:00+00", "infinity")]
    withdraw_flag(loader, flag_id, "bert")
    assert spans(loader) == [("hill_mast", "2016-03-09 06:20:00+00", "infinity")] * 2


@pytest.mark.usefixtures("built_mast")
def test_a_flag_without_begin_or_end_has_none(loader: Connection) -> None:
    add(loader, sensor="all", date_from=None, date_to=None)
    [flag] = list_flags(loader)
    assert (flag.sensor, flag.date_from, flag.date_to) == ("All", None, None)


@pytest.mark.usefixtures("built_mast")
def test_a_flag_that_is_set_twice_is_one(loader: Connection) -> None:
    assert add(loader) == add(loader)
    assert len(list_flags(loader)) == len(spans(loader)) == 1


@pytest.mark.usefixtures("built_mast")
@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"sensor": "Sped"},
            (
                "--sensor: found \"Sped\", expected All, or the beginning of a measurement point's or column's name: "
                "Spd80mN, Dir78m, Spd80mNStd"
            ),
        ),
        ({"sensor": " "}, "--sensor: found nothing, expected All, or the beginning of"),
        (
            {"reason": "frost"},
            '--reason: found "frost", expected one of icing, installation, other, tower shadow, unknown',
        ),
        ({"reason": "Other"}, '--remark: found nothing, expected a remark, as the reason is "other"'),
        (
            {"date_from": "9.3.2016"},
            (
                '--from: found "9.3.2016", expected a time like 2016-01-09 15:30, 2016-01-09T15:30Z or '
                "2016-01-09T15:30+01:00"
            ),
        ),
        ({"date_from": "0001-01-01"}, '--from: found "0001-01-01", expected a time like'),
        (
            {"date_to": "2016-03-09 06:20"},
            '--to: found "2016-03-09 06:20", expected a time after 2016-03-09 06:20, as the end is exclusive',
        ),
        (
            {"statistic": "mean"},
            (
                '--statistic: found "mean", expected one of avg, sd, max, min, count, availability, quality, sum, '
                "median, mode, range, gust, ti, ti30sec, text; did you mean median?"
            ),
        ),
    ],
)
def test_a_flag_that_can_t_be_is_refused(loader: Connection, given: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as error:
        add(loader, **given)
    assert error.value.what.startswith(told)
    assert list_flags(loader) == spans(loader) == []


@pytest.mark.usefixtures("built_mast")
def test_all_that_is_wrong_with_a_flag_is_told_at_once(loader: Connection) -> None:
    with pytest.raises(UsageError, match=r"^2 problems:\n  --sensor: .*\n  --reason: "):
        add(loader, sensor="Sped", reason="frost")


@pytest.mark.usefixtures("built_mast")
class TestWhatIsTaken:
    @pytest.mark.parametrize(
        "target",
        [
            {"sensor": None, "measurement_point": "Spd80mN"},
            {"sensor": None, "measurement_type": "Wind Direction"},
            {"sensor": "All", "measurement_point": "Spd80mN", "measurement_type": "wind_speed", "statistic": "sd"},
            {"sensor": "Spd80mNS", "statistic": "sd"},
        ],
    )
    def test_points_types_and_statistics_are_on_record(self, loader: Connection, target: dict[str, Any]) -> None:
        add(loader, **target)
        [flag] = list_flags(loader)
        kept = (flag.sensor, flag.measurement_point, flag.measurement_type, flag.statistic)
        kind = target.get("measurement_type")
        assert kept == (
            target["sensor"] or "All",
            target.get("measurement_point"),
            kind and kind.lower().replace(" ", "_"),
            target.get("statistic"),
        )

    @pytest.mark.parametrize(
        ("target", "told"),
        [
            ({"sensor": None, "measurement_point": "Spd"}, '--measurement-point: found "Spd", expected one of Spd80mN'),
            (
                {"sensor": None, "measurement_type": "speed"},
                '--measurement-type: found "speed", expected one of wind_direction, wind_speed; did you mean',
            ),
            (
                {"sensor": "Dir", "measurement_type": "wind_speed"},
                '--sensor: found "Dir", which takes nothing of what else is named, expected how one of these',
            ),
            (
                {"statistic": "gust"},
                '--statistic: found "gust", which is not recorded there, expected one of avg, sd',
            ),
            (
                {"sensor": "Spd80mNStd", "statistic": "avg"},
                '--statistic: found "avg", which is not recorded there, expected sd, the only statistic',
            ),
            ({"sensor": None, "statistic": "sd"}, "--sensor: found nothing, expected All, or the beginning of"),
        ],
    )
    def test_what_takes_nothing_is_refused(self, loader: Connection, target: dict[str, Any], told: str) -> None:
        with pytest.raises(UsageError) as error:
            add(loader, **target)
        assert error.value.what.startswith(told)
        assert list_flags(loader) == spans(loader) == []

    def test_a_table_may_name_points_and_types_instead_of_sensors(self, loader: Connection) -> None:
        bring(loader, "Measurement Point,Measurement Type,Start,Stop,Reason\nDir78m,,,,icing\n,wind_speed,,,icing\n")
        assert [(flag.sensor, flag.measurement_point, flag.measurement_type) for flag in list_flags(loader)] == [
            ("All", "Dir78m", None),
            ("All", None, "wind_speed"),
        ]

    def test_a_row_that_names_none_of_them_is_told(self, loader: Connection) -> None:
        told = refused(loader, "Sensor,Measurement Point,Start,Stop,Reason\n,,,,icing\n")
        assert told.startswith("flags.csv, line 2, column Sensor: found nothing, expected All, or")


def test_an_unknown_station_is_told_with_those_there_are(loader: Connection, built_mast: None) -> None:
    with pytest.raises(UsageError, match='there is no station "hill"; the stations are hill_mast'):
        add(loader, station="hill")


def test_before_any_metadata_there_is_no_station(loader: Connection) -> None:
    with pytest.raises(UsageError, match='there is no station "hill_mast"; there is no station yet'):
        list_flags(loader, "hill_mast")


@pytest.mark.usefixtures("hill_mast", "reference")
class TestTheClock:
    def test_an_offset_that_is_written_needs_no_clock(self, loader: Connection) -> None:
        add(loader, date_from="2016-03-09 06:20+0100", date_to="2016-03-09 10:30 Z")
        [flag] = list_flags(loader)
        assert flag.date_from == datetime(2016, 3, 9, 5, 20, tzinfo=UTC)
        assert flag.date_to == datetime(2016, 3, 9, 10, 30, tzinfo=UTC)

    def test_metadata_that_are_not_built_have_no_clock(self, loader: Connection) -> None:
        with pytest.raises(MetadataError, match="its metadata have not been built") as error:
            add(loader)
        assert error.value.remedy.startswith("stationmanager build, or write the time with its offset")

    def test_a_station_without_logger_has_no_clock(self, loader: Connection, clocks: Connection) -> None:
        with pytest.raises(MetadataError, match="it has no logger"):
            add(loader)

    def test_an_offset_that_is_not_stated_is_told(self, loader: Connection, clocks: Connection) -> None:
        set_clock(clocks, None)
        with pytest.raises(MetadataError, match="the offset of its logger from UTC is not stated") as error:
            add(loader)
        assert error.value.remedy.startswith("import its metadata with --utc-offset HOURS, or write the time")

    def test_of_two_loggers_the_one_that_was_there_tells_the_time(self, loader: Connection, clocks: Connection) -> None:
        set_clock(clocks, timedelta(hours=1), date_to="2016-03-09 10:30")
        set_clock(clocks, timedelta(hours=-5), date_from="2016-03-09 10:30")
        add(loader)
        [flag] = list_flags(loader)
        assert flag.date_from == datetime(2016, 3, 9, 5, 20, tzinfo=UTC)
        assert flag.date_to == datetime(2016, 3, 9, 15, 30, tzinfo=UTC)

    def test_two_loggers_at_once_that_differ_tell_no_time(self, loader: Connection, clocks: Connection) -> None:
        set_clock(clocks, timedelta(hours=1))
        set_clock(clocks, timedelta(hours=2))
        with pytest.raises(MetadataError, match="its loggers have different offsets from UTC"):
            add(loader)


@pytest.mark.usefixtures("hill_mast")
def test_before_the_first_build_no_reason_is_known(loader: Connection) -> None:
    with pytest.raises(UsageError, match="the reference lists have not been built") as error:
        add(loader, date_from=None, date_to=None)
    assert error.value.remedy == "stationmanager build"


@pytest.mark.usefixtures("built_mast")
class TestWithdrawing:
    def test_a_withdrawn_flag_stays_on_record(self, loader: Connection) -> None:
        flag = withdraw_flag(loader, add(loader), "bert")
        assert list_flags(loader) == []
        assert list_flags(loader, include_withdrawn=True) == [flag]
        assert flag.withdrawn_by == "bert"
        assert flag.withdrawn_at is not None

    def test_a_withdrawn_flag_can_be_set_anew(self, loader: Connection) -> None:
        first = add(loader)
        withdraw_flag(loader, first, "bert")
        assert add(loader) != first

    def test_it_is_done_once(self, loader: Connection) -> None:
        flag_id = add(loader)
        withdraw_flag(loader, flag_id, "bert")
        with pytest.raises(UsageError, match=f"flag {flag_id} was withdrawn already, by bert at 20"):
            withdraw_flag(loader, flag_id, "carl")
        assert len(spans(loader)) == 2

    def test_a_flag_that_is_not_there_is_told(self, loader: Connection) -> None:
        with pytest.raises(UsageError, match="there is no flag 7") as error:
            withdraw_flag(loader, 7, "bert")
        assert error.value.remedy == "stationmanager flag list shows those there are"


GOOD = "Sensor,Start,Stop,Reason\nSpd,2016-03-09 06:20,2016-03-09 10:30,Icing\nAll,,2016-01-09,Invalid\n"


@pytest.mark.usefixtures("built_mast")
class TestImporting:
    def test_known_reasons_become_ours_and_others_are_kept(self, loader: Connection) -> None:
        assert bring(loader, GOOD) == FlagImport(added=2, unchanged=0, ids=[1, 2])
        assert [(flag.sensor, flag.reason, flag.source) for flag in list_flags(loader)] == [
            ("All", "Invalid", "imported"),
            ("Spd", "icing", "imported"),
        ]

    def test_twice_adds_nothing(self, loader: Connection) -> None:
        first = bring(loader, GOOD)
        assert bring(loader, GOOD.encode()) == FlagImport(added=0, unchanged=2, ids=first.ids)
        assert len(spans(loader)) == 2

    def test_all_columns_in_any_case_and_with_semicolons_are_read(self, loader: Connection) -> None:
        content = "\ufeffSTATION;sensor;start;stop;reason;remark;statistic\nHill Mast;Dir;;;icing;a vane;avg\n"
        bring(loader, content)
        [flag] = list_flags(loader)
        assert (flag.station, flag.sensor, flag.remark, flag.statistic) == ("hill_mast", "Dir", "a vane", "avg")

    def test_every_wrong_row_is_told_and_none_is_imported(self, loader: Connection) -> None:
        told = refused(loader, GOOD + "Sped,2016-13-01,,Icing\nSpd,2016-01-02,2016-01-01,\nSpd,2016\n")
        assert told.splitlines() == [
            "5 problems:",
            "  flags.csv, line 6: found 2 cells, expected 4, as many as columns are named",
            (
                '  flags.csv, line 4, column Start: found "2016-13-01", expected a time like 2016-01-09 15:30, '
                "2016-01-09T15:30Z or 2016-01-09T15:30+01:00"
            ),
            (
                '  flags.csv, line 4, column Sensor: found "Sped", expected All, or the beginning of a measurement '
                "point's or column's name: Spd80mN, Dir78m, Spd80mNStd"
            ),
            (
                '  flags.csv, line 5, column Stop: found "2016-01-01", expected a time after 2016-01-02, '
                "as the end is exclusive"
            ),
            "  flags.csv, line 5, column Reason: found nothing, expected a reason",
        ]

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ("", "flags.csv, line 1: found nothing, expected a line that names the columns"),
            (
                "Sensor,Start,End,Reason\n",
                (
                    "2 problems:\n"
                    '  flags.csv, line 1: found the column "End", expected one of Station, Sensor, '
                    "Measurement Point, Measurement Type, Start, Stop, Reason, Remark, Statistic\n"
                    '  flags.csv, line 1: found no column "Stop", expected it, as the table needs it'
                ),
            ),
            (
                "Station,Sensor,Start,Stop,Reason\nhill,All,,,Icing\n",
                'flags.csv, line 2, column Station: found "hill", expected hill_mast, the only station',
            ),
        ],
    )
    def test_what_is_no_table_of_flags_is_told(self, loader: Connection, content: str, told: str) -> None:
        assert refused(loader, content).startswith(told)

    @given(st.lists(st.lists(st.text(CALENDAR, max_size=8) | st.sampled_from(["Spd", "All"]), max_size=5), max_size=3))
    @settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_anything_in_a_row_is_a_flag_or_a_usage_error(self, loader: Connection, rows: list[list[str]]) -> None:
        content = "\n".join(["Sensor,Start,Stop,Reason", *(",".join(row) for row in rows)])
        try:
            bring(loader, content)
        except UsageError as error:
            told = error.what
        else:
            told = "it is a flag"
        assert told == "it is a flag" or "flags.csv, line " in told


@pytest.mark.usefixtures("two_masts")
class TestImportingForTwoStations:
    def test_a_file_that_names_none_needs_the_option(self, loader: Connection) -> None:
        assert refused(loader, GOOD) == "found no station, expected one of hill_mast, old_mast"
        assert bring(loader, GOOD, "Old Mast").added == 2
        assert list_flags(loader, "old_mast")[1].date_from == datetime(2016, 3, 9, 4, 20, tzinfo=UTC)
        assert list_flags(loader, "hill_mast") == []

    def test_a_row_may_name_its_own(self, loader: Connection) -> None:
        content = "Station,Sensor,Start,Stop,Reason\nOld Mast,All,,,icing\n,All,,,icing\n"
        told = "flags.csv, line 3, column Station: found a blank cell, expected one of hill_mast, old_mast"
        assert refused(loader, content) == told
        bring(loader, content, "hill_mast")
        assert [flag.station for flag in list_flags(loader)] == ["hill_mast", "old_mast"]


@pytest.mark.usefixtures("reference")
def test_the_real_mast_s_periods_are_imported_once(loader: Connection, clocks: Connection, samples: Path) -> None:
    folder = samples / "iea_task43"
    import_metadata(loader, folder / "demo_mast.json", utc_offset_hours=0, timestamps="begin", imported_by="the test")
    set_clock(clocks, timedelta(0), station="demo_mast")
    content = (folder / "demo_mast_erroneous_periods.csv").read_bytes()
    assert bring(loader, content).added == 20
    assert bring(loader, content).unchanged == 20
    assert {flag.reason for flag in list_flags(loader)} == {"icing", "installation", "Invalid"}
    assert max(flag.date_to for flag in list_flags(loader) if flag.date_to) == datetime(2018, 2, 9, 21, 30, tzinfo=UTC)
