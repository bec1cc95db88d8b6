"""The times of NetCDF files: units, zones, bounds, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from loaders.formats.frame import FormatError
from tests.loaders.formats.netcdf_files import Fill, Make, parse
from tests.loaders.formats.profile_samples import the_table


@pytest.mark.parametrize(
    ("units", "counts", "first", "second"),
    [
        ("seconds since 1970-01-01", (1606781400, 1606782000), "2020-12-01T00:10:00", "2020-12-01T00:20:00"),
        ("Seconds since 1970-01-01 00:00:00 UTC", (0.5, 1), "1970-01-01T00:00:00.5", "1970-01-01T00:00:01"),
        ("days since 1970-01-01", (18597 + 1 / 144, 18597 + 2 / 144), "2020-12-01T00:10:00", "2020-12-01T00:20:00"),
        ("hours since 2020-1-1T12:00", (1 / 6, 1), "2020-01-01T12:10:00", "2020-01-01T13:00:00"),
        ("days since 1899-12-30 00:00", (44166.0, 44166.5), "2020-12-01T00:00:00", "2020-12-01T12:00:00"),
        ("seconds since 1970-01-01 00:00:0.0", (60, 61), "1970-01-01T00:01:00", "1970-01-01T00:01:01"),
        ("hours since 1900-1-1 0:0:0", (24, 25), "1900-01-02T00:00:00", "1900-01-02T01:00:00"),
        ("minutes since 2020-01-01 1:5:30.", (0, 1), "2020-01-01T01:05:30", "2020-01-01T01:06:30"),
        ("milliseconds since 2020-01-01 00:00:00.25", (1, 2), "2020-01-01T00:00:00.251", "2020-01-01T00:00:00.252"),
    ],
)
def test_times_are_what_their_units_say(
    make: Make, units: str, counts: tuple[float, float], first: str, second: str
) -> None:
    def fill(made: Any) -> None:
        made["time"][:] = [*counts, np.nan, np.nan, np.nan]

    file = parse(make(fill, units=units))
    expected = [np.datetime64(text, "us").item() for text in (first, second)]
    assert the_table(file).timestamps.tolist() == expected
    assert [(line.line, line.readings, line.reason) for line in file.rejected] == [
        (record, 3, "no time of the calendar") for record in (3, 4, 5)
    ]


@pytest.mark.parametrize(
    ("units", "conventions", "offset_h"),
    [
        ("minutes since 2020-01-01", None, None),
        ("minutes since 2020-01-01", "CF-1.8, ACDD-1.3", 0),
        ("minutes since 2020-01-01", "COARDS", None),
        ("minutes since 2020-01-01T00:00:00Z", None, 0),
        ("minutes since 2020-01-01 00:00 +5:30", None, 5.5),
        ("days since 1950-01-01 00:00:00 +0000 UTC", None, 0),
        ("minutes since 2020-01-01 0:0:0 +00:00 UTC", None, 0),
        ("minutes since 2020-01-01 00:00:00 -03:00", "CF-1.8", -3),
        ("minutes since 2020-01-01 00:00:00 +1", None, 1),
    ],
)
def test_the_zone_is_that_of_the_units_or_of_the_conventions(
    make: Make, units: str, conventions: str | None, offset_h: float | None
) -> None:
    def fill(made: Any) -> None:
        if conventions:
            made.Conventions = conventions

    offset = parse(make(fill, units=units)).utc_offset
    assert offset == (None if offset_h is None else np.timedelta64(int(offset_h * 3600), "s"))


@pytest.mark.parametrize(("begins", "side", "period"), [(-10, "end", 600), (0, "begin", 600), (-5, "neither", 600)])
def test_bounds_tell_the_side_and_the_period(make: Make, begins: float, side: str, period: int) -> None:
    def fill(made: Any) -> None:
        made.createDimension("nv", 2)
        made["time"].bounds = "limits"
        begin = np.arange(5) * 10 + begins
        made.createVariable("limits", "f8", ("time", "nv"))[:] = np.stack([begin, begin + 10], 1)

    file = parse(make(fill))
    assert file.timestamp_is_end_of_period == {"end": True, "begin": False}.get(side)
    assert the_table(file).averaging_period == np.timedelta64(period, "s")
    assert [column.name for column in the_table(file).columns] == ["ws_40m", "ws_60m", "ws_80.5m"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda made: made["time"].setncattr("units", "s"), "no variable of time, with units such as"),
        (lambda made: made["time"].setncattr("calendar", "noleap"), "in the calendar 'noleap'"),
        (lambda made: made["time"].setncattr("units", "months since 2020-01-01"), "times of 'time' are 'months since"),
        (lambda made: made["time"].setncattr("units", "days since 2020-02-30"), "no time of the calendar"),
        (lambda made: made["time"].setncattr("units", "days since 2020-02-03 24:00"), "no time of the calendar"),
        (lambda made: made["time"].setncattr("units", "days since 2020-02-03 0:0:60"), "no time of the calendar"),
        (lambda made: made["time"].setncattr("units", "days since 2020-02-03 00:00 +0100 UTC"), "times of 'time' are"),
    ],
)
def test_a_time_that_can_not_be_read_is_refused(make: Make, change: Fill, what: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse(make(change))
    assert what in caught.value.what
    assert caught.value.remedy


def test_a_time_too_coarse_for_its_own_type_is_refused(make: Make) -> None:
    def fill(made: Any) -> None:
        made.renameVariable("time", "precise")
        coarse = made.createVariable("time", "f4", ("time",))
        coarse.units, coarse[:] = "seconds since 1970-01-01", np.arange(5) * 600 + 1606781400

    with pytest.raises(FormatError, match="have a resolution of 128 s"):
        parse(make(fill))


def test_several_times_of_which_none_has_the_dimensions_name_are_refused(make: Make) -> None:
    def fill(made: Any) -> None:
        made.renameVariable("time", "begin")
        end = made.createVariable("end", "f8", ("time",))
        end.units, end[:] = "minutes since 2020-01-01", np.arange(5)

    with pytest.raises(FormatError, match="several times along 'time', and none of them has its name: "):
        parse(make(fill))
