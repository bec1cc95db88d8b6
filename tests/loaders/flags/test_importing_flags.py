"""Tables of flags: all rows or none, each flag once, and every wrong cell told."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.connection import Connection
from database.errors import UsageError
from loaders.flags import FlagImport, list_flags
from loaders.metadata.importing import import_metadata
from tests.loaders.flags.setting import bring, refused, set_clock, spans

CALENDAR = "0123456789-: TZ+" + string.ascii_lowercase


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
