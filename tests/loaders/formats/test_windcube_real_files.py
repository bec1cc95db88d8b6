"""WindCube: real files of both generations against pandas and against the NetCDF that others made of the same day."""

from __future__ import annotations

import io
import lzma
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import netCDF4
import numpy as np
import pandas as pd
import pytest

from loaders.formats import windcube
from loaders.formats.detect import detect
from tests.loaders.formats.locale_samples import SAMPLES, column_of, needs_samples
from tests.loaders.formats.profile_samples import listed, the_table
from tests.loaders.formats.toa5_files import readings_in

FOLDER = SAMPLES / "windcube"
BUOY = FOLDER / "lidar.z05.00.20201201.000000.sta.7z"


def content_of(path: Path) -> bytes:
    """A file's bytes; the buoy's are compressed, whatever their name says."""
    return lzma.decompress(path.read_bytes()) if path == BUOY else path.read_bytes()


class Real(NamedTuple):
    """A real file: its serial number, how many columns, its day, the line of names from 0, a value at a row."""

    path: Path
    serial: str
    columns: int
    day: datetime
    names_at: int
    column: str
    row: int
    value: float


V1 = Real(FOLDER / "WLS7-72_2016_12_06__00_00_00.sta", "WLS7-72", 182, datetime(2016, 12, 6), 56, "Azim5", 2, 166.0)
V2 = FOLDER / "WLS7-164_2016_11_24__00_00_00.sta"
NO_AIR = FOLDER / "abc_2020_10_07__00_10_00.sta"
REAL = (
    V1,
    Real(V2, "WLS7-164", 116, datetime(2016, 11, 24), 41, "98m Wind Speed (m/s)", 0, 1.36),
    Real(NO_AIR, "WLS71072", 138, datetime(2020, 10, 7), 41, "40m Wind Direction (°)", 1, 208.74),
    Real(BUOY, "WLS866-25", 138, datetime(2020, 12, 1), 41, "240m Dopp Spect Broad (m/s)", 2, 0.77),
)


@needs_samples
@pytest.mark.parametrize("real", REAL, ids=lambda real: real.serial)
def test_a_real_file_equals_what_pandas_reads(real: Real) -> None:
    content = content_of(real.path)
    assert detect(content) is windcube
    file = windcube.parse(content)
    table = the_table(file)
    shape = (len(table.timestamps), len(table.columns))
    assert (file.logger, file.rejected, shape) == (real.serial, (), (144, real.columns))
    stamps = pd.date_range(real.day, periods=145, freq="10min")[1:]
    assert table.timestamps.tolist() == stamps.to_pydatetime().tolist()
    assert table.lines.tolist() == list(range(real.names_at + 2, real.names_at + 146))
    names = content.decode("cp1252").split("\n")[real.names_at].split("\t")
    frame = pd.read_csv(io.BytesIO(content), sep="\t", skiprows=real.names_at + 1, header=None, encoding="cp1252")
    positions = [position for position, name in enumerate(names) if name and position]
    for position, column, values in zip(positions, table.columns, table.values, strict=True):
        assert column.name.startswith(names[position])
        np.testing.assert_array_equal(values, frame[position].astype(float), err_msg=column.name)
    rows = content.split(b"\n", real.names_at + 1)[-1]
    assert sum(int(np.isnan(values).sum()) for values in table.values) == rows.count(b"NaN")
    assert column_of(file, real.column)[real.row] == real.value
    assert readings_in(file) == 144 * real.columns


@needs_samples
def test_speeds_and_availability_are_those_that_others_published_of_the_same_day() -> None:
    file = windcube.parse(content_of(BUOY))
    with netCDF4.Dataset(FOLDER / "expected_z05_lidar.nc") as published:
        heights = published["height"][:].tolist()
        begin = np.datetime64("1970-01-01", "us") + published["time"][:].data.astype("timedelta64[s]")
        assert the_table(file).timestamps.tolist() == begin.tolist()
        for name, variable in (
            ("Wind Speed (m/s)", "wind_speed"),
            ("Wind Speed Dispersion (m/s)", "horizontal_dispersion"),
            ("Wind Speed min (m/s)", "min_wind_speed"),
            ("Wind Speed max (m/s)", "max_wind_speed"),
            ("Data Availability (%)", "data_availability"),
        ):
            for place, height in enumerate(heights):
                expected = np.ma.filled(published[variable][:, place].astype(float), np.nan)
                np.testing.assert_array_equal(column_of(file, f"{height}m {name}"), expected, err_msg=name)
        turned = np.ma.filled(published["wind_direction"][:], np.nan)
    for place, height in enumerate(heights):  # by 90 degrees, which they did on purpose
        difference = turned[:, place] - column_of(file, f"{height}m Wind Direction (°)")
        np.testing.assert_allclose(difference % 360, 90, atol=1e-9)


@needs_samples
def test_what_the_header_says_is_known_and_what_it_does_not_say_is_not() -> None:
    second, first = windcube.parse(V2.read_bytes()), windcube.parse(V1.path.read_bytes())
    assert (second.utc_offset, second.timestamp_is_end_of_period) == (np.timedelta64(0, "s"), True)
    assert (first.utc_offset, first.timestamp_is_end_of_period) == (None, None)
    (header,) = listed(second, "headers")
    assert (header["facts"]["FCR Option"], header["facts"]["DirectionOffset (°)"]) == ("OFF", "-84.000")
    assert (header["line"], header["names"][0]) == (42, "Timestamp (end of interval)")


@needs_samples
@pytest.mark.parametrize(
    ("path", "heights"),
    [(V2, [40, 58, 78, 98, 118, 133, 158, 198, 248, 290]), (V1.path, [40, 60, 80, 100, 120, 135, 160, 200, 250, 300])],
)
def test_heights_are_settings_of_each_altitudes_columns(path: Path, heights: list[int]) -> None:
    file = windcube.parse(path.read_bytes())
    settings = listed(file, "settings")
    assert [setting["height_m"] for setting in settings] == heights
    columns = [set(setting["columns"]) for setting in settings]
    assert {len(own) for own in columns} == ({11} if path == V2 else {18})
    assert sum(map(len, columns)) == len(set.union(*columns))
    assert columns[1] >= (
        {"58m CNR (dB)"} if path == V2 else {"Vhm2", "CNRm (2)", "dspectral_broadening (2)", "Avail.2"}
    )


@needs_samples
def test_zeros_of_absent_sensors_stay_as_they_are() -> None:
    file = windcube.parse(NO_AIR.read_bytes())
    for name in ("Ext Temp (°C)", "Pressure (hPa)", "Rel Humidity (%)"):
        np.testing.assert_array_equal(column_of(file, name), np.zeros(144))


@pytest.mark.parametrize(
    ("name", "statistic"),
    [
        ("Vhm1", "avg"),
        ("dVh1", "sd"),
        ("VhMax1", "max"),
        ("VhMin1", "min"),
        ("Azim1", "avg"),
        ("um1", "avg"),
        ("du1", "sd"),
        ("dw1", "sd"),
        ("CNRm", "avg"),
        ("dCNR", "sd"),
        ("CNRmax", "max"),
        ("CNRmin", "min"),
        ("spectral_broadening", "avg"),
        ("dspectral_broadening", "sd"),
        ("Avail.1", "availability"),
        ("Tm", None),
    ],
)
@needs_samples
def test_the_first_generation_abbreviates_its_statistics(name: str, statistic: str | None) -> None:
    columns = the_table(windcube.parse(V1.path.read_bytes())).columns
    assert next(column.statistic for column in columns if column.name == name) == statistic
