"""NetCDF: a published file and files that the NetCDF library wrote, each read by that library as well."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import netCDF4
import numpy as np
import pytest

from loaders.formats import netcdf
from loaders.formats.detect import detect
from simulation.profiles import profile
from tests.loaders.formats.locale_samples import SAMPLES, column_of, needs_samples, ridge
from tests.loaders.formats.netcdf_files import HEIGHTS, KINDS, Kind, Make, parse
from tests.loaders.formats.profile_samples import listed, the_table, written
from tests.loaders.formats.toa5_files import readings_in

REAL = SAMPLES / "windcube" / "expected_z05_lidar.nc"


@needs_samples
def test_a_published_file_equals_what_the_netcdf_library_reads() -> None:
    content = REAL.read_bytes()
    assert detect(content) is netcdf
    file = netcdf.parse(content)
    table = the_table(file)
    assert (file.logger, file.rejected, file.header["left_out"]) == (None, (), {})
    assert (len(table.timestamps), len(table.columns), readings_in(file)) == (144, 248, 144 * 248)
    assert (file.utc_offset, file.timestamp_is_end_of_period, table.averaging_period) == (None, None, None)
    assert (table.timestamps[0].item(), table.timestamps[-1].item()) == (
        datetime(2020, 12, 1, 0, 10),
        datetime(2020, 12, 2),
    )
    with netCDF4.Dataset(REAL) as published:
        heights = published["height"][:].tolist()
        for name, variable in published.variables.items():
            values = np.ma.filled(variable[:].astype(float), np.nan)
            if variable.dimensions == ("time", "height"):
                for place, height in enumerate(heights):
                    np.testing.assert_array_equal(column_of(file, f"{name}_{height}m"), values[:, place], err_msg=name)
            elif name not in ("time", "height"):
                np.testing.assert_array_equal(column_of(file, name), values, err_msg=name)
    assert column_of(file, "wind_speed_40m")[0] == 6.79
    columns = {column.name: column for column in table.columns}
    assert (columns["pressure"].unit, columns["wind_direction_240m"].unit) == ("hPa", "degrees")
    assert (columns["wind_speed_40m"].statistic, columns["qc_wind_speed_40m"].statistic) == (None, "quality")
    settings = listed(file, "settings")
    columns_at = {height: [told for told in settings if told["height_m"] == height] for height in heights}
    assert {sum(len(told["columns"]) for told in columns_at[height]) for height in heights} == {20}
    assert [told["unit"] for told in settings if "pressure" in told["columns"]] == ["hPa"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_that_the_netcdf_library_writes_is_read_as_it_reads_it(make: Make, kind: Kind) -> None:
    def fill(made: Any) -> None:
        made.createDimension("one", 1)
        packed = made.createVariable("packed", "i2", ("time", "height", "one"), fill_value=-1)
        packed.scale_factor, packed.add_offset = 0.25, 1.0
        packed[:] = np.ma.masked_equal(np.arange(15).reshape(5, 3, 1) / 4 + 1, 2.5)
        unfinished = made.createVariable("unfinished", "f4", ("time",))
        unfinished[:3] = [1, 2, 3]
        flag = made.createVariable("flag", "i1", ("time",))
        flag.flag_values = np.array([0, 1], "i1")
        flag[:] = [0, 1, 0, 1, 0]

    path = make(fill, kind)
    assert detect(path.read_bytes()) is netcdf
    file = parse(path)
    assert the_table(file).timestamps.tolist() == [datetime(2020, 1, 1, 0, minute) for minute in (0, 10, 20, 30, 40)]
    with netCDF4.Dataset(path) as made:
        for name in ("ws", "packed"):
            values = np.ma.filled(made[name][:].astype(float), np.nan).reshape(5, 3)
            for place, height in enumerate(HEIGHTS):
                np.testing.assert_array_equal(column_of(file, f"{name}_{height:g}m"), values[:, place], err_msg=name)
        for name in ("unfinished", "flag"):
            np.testing.assert_array_equal(column_of(file, name), np.ma.filled(made[name][:].astype(float), np.nan))
    assert np.isnan(column_of(file, "unfinished")).tolist() == [False, False, False, True, True]
    assert np.isnan(column_of(file, "packed_40m")).sum() + np.isnan(column_of(file, "packed_60m")).sum() == 1


@pytest.mark.parametrize("kind", KINDS)
def test_heights_may_come_before_time_and_time_may_have_a_fixed_length(make: Make, kind: Kind) -> None:
    def fill(made: Any) -> None:
        made.createVariable("across", "f8", ("height", "time"))[:] = np.arange(15).reshape(3, 5)

    file = parse(make(fill, kind, records=5))
    np.testing.assert_array_equal(column_of(file, "across_60m"), [5, 6, 7, 8, 9])
    np.testing.assert_array_equal(column_of(file, "ws_60m"), [1, 4, 7, 10, 13])


def test_what_was_simulated_is_read() -> None:
    recording = ridge()
    file = netcdf.parse(written(200)["netcdf"])
    assert (file.logger, file.rejected) == (recording.mast.serial, ())
    assert (file.utc_offset, file.timestamp_is_end_of_period) == (np.timedelta64(3600, "s"), False)
    table = the_table(file)
    assert table.averaging_period == np.timedelta64(600, "s")
    assert table.timestamps.tolist() == recording.begins.astype("datetime64[us]").tolist()
    for level in profile(recording):
        np.testing.assert_array_equal(column_of(file, f"wind_speed_{level.height_m:g}m"), level.speed)
    statistics = {column.name: column.statistic for column in table.columns}
    assert (statistics["wind_speed_40m"], statistics["wind_speed_sd_40m"], statistics["wind_direction_40m"]) == (
        "avg",
        "sd",
        None,
    )


@pytest.mark.parametrize(
    ("methods", "statistic"),
    [
        ("time: mean", "avg"),
        ("area: mean time: standard_deviation", "sd"),
        ("time: height: maximum (interval: 1 s)", "max"),
        ("area: mean", None),
        ("time: point", None),
        ("", None),
    ],
)
def test_the_statistic_is_what_the_methods_say_of_time(make: Make, methods: str, statistic: str | None) -> None:
    def fill(made: Any) -> None:
        made["ws"].cell_methods = methods

    assert {column.statistic for column in the_table(parse(make(fill))).columns} == {statistic}


def test_what_is_no_column_is_listed_with_why(make: Make) -> None:
    def fill(made: Any) -> None:
        made.createDimension("bin", 4)
        made.createVariable("spectrum", "f8", ("time", "height", "bin"))[:] = np.zeros((5, 3, 4))
        made.createVariable("histogram", "f8", ("time", "bin"))[:] = np.zeros((5, 4))
        made.createVariable("note", str, ("time",))[:] = np.array(list("abcde"), dtype=object)
        made.createGroup("raw")

    file = parse(make(fill))
    assert file.header["left_out"] == {
        "raw": "a group",
        "spectrum": "besides time it has height, bin, which is not one dimension of heights in metres",
        "histogram": "besides time it has bin, which is not one dimension of heights in metres",
        "note": "words",
    }
    assert len(the_table(file).columns) == 3


def test_depths_are_negative_heights_and_kilometres_are_metres(make: Make) -> None:
    def fill(made: Any) -> None:
        made.createDimension("bin", 2)
        depth = made.createVariable("depth", "f4", ("bin",))
        depth.units, depth.positive, depth[:] = "m", "down", [4, 8]
        made.createVariable("current", "f8", ("time", "bin"))[:] = np.zeros((5, 2))
        made["height"].units = "km"

    names = [column.name for column in the_table(parse(make(fill))).columns]
    assert names == ["ws_40000m", "ws_60000m", "ws_80500m", "current_-4m", "current_-8m"]


def test_each_dimension_of_time_is_a_table(make: Make) -> None:
    def fill(made: Any) -> None:
        made.createDimension("hourly", 2)
        hours = made.createVariable("hourly", "i4", ("hourly",))
        hours.units, hours[:] = "hours since 2020-01-01", [1, 2]
        made.createVariable("pressure", "f8", ("hourly",))[:] = [1000, 1001]

    tables = {table.name: table for table in parse(make(fill)).tables}
    assert {name: (len(table.timestamps), len(table.columns)) for name, table in tables.items()} == {
        "time": (5, 3),
        "hourly": (2, 1),
    }
