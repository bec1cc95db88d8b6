"""Flags: on the station's own clock, each once, never deleted, and with the span of what is stale."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from database.connection import Connection
from database.errors import MetadataError, UsageError
from loaders.flags import list_flags, withdraw_flag
from tests.loaders.flags.setting import add, bring, refused, set_clock, spans


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
