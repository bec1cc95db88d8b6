"""AXYS buoy CSVs: the ten real files against pandas, and which instrument a file is of."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from functools import cache

import numpy as np
import pandas as pd
import pytest

from loaders.formats import axys
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError
from simulation import axys as writer
from tests.loaders.formats.locale_samples import SAMPLES, column_of, needs_samples, ridge
from tests.loaders.formats.profile_samples import the_table, written
from tests.loaders.formats.toa5_files import readings_in

REAL = SAMPLES / "buoy" / "buoy.z05.00.20201201.000000.zip"
ROWS = {
    "conductivity": 142,
    "currents": 142,
    "gps": 144,
    "pressure": 144,
    "pyranometer": 142,
    "rh": 144,
    "surfacetemp": 142,
    "temperature": 144,
    "wind_port": 144,
    "wind_stbd": 144,
}


@cache
def real_files() -> dict[str, bytes]:
    with zipfile.ZipFile(REAL) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@needs_samples
@pytest.mark.parametrize("instrument", ROWS)
def test_a_real_file_equals_what_pandas_reads(instrument: str) -> None:
    name = f"buoy.z05.00.20201201.000000.{instrument}.csv"
    content = real_files()[name]
    assert detect(content) is axys
    file = axys.parse(content, name)
    table = the_table(file)
    assert (file.logger, file.rejected, table.name) == (None, (), instrument)
    assert (file.utc_offset, file.timestamp_is_end_of_period) == (None, None)
    frame = pd.read_csv(io.BytesIO(content), parse_dates=["DataTimeStamp"])
    assert len(frame) == ROWS[instrument]
    assert table.timestamps.tolist() == frame["DataTimeStamp"].dt.to_pydatetime().tolist()
    assert table.timestamps[-1].item() == datetime(2020, 12, 1, 23, 50)
    assert [column.name for column in table.columns] == list(frame.columns[1:])
    frame = frame.mask(frame.isin([46340.0])) if instrument == "currents" else frame
    for column, values in zip(table.columns, table.values, strict=True):
        if not column.name.startswith("Dir"):
            np.testing.assert_allclose(values, frame[column.name].astype(float), rtol=1e-15, err_msg=column.name)
    assert readings_in(file) == ROWS[instrument] * (len(frame.columns) - 1)


@needs_samples
def test_where_no_current_was_seen_neither_speed_nor_direction_is_one() -> None:
    name = "buoy.z05.00.20201201.000000.currents.csv"
    file = axys.parse(real_files()[name], name)
    assert sum(int(np.isnan(values).sum()) for values in the_table(file).values) == 2 * 1052
    assert real_files()[name].count(b"46340.0,225.0") == 1052
    columns = [column.name for column in the_table(file).columns]
    for number in range(1, 51):
        speed, direction = (column_of(file, columns[columns.index(f"Vel{number} (mm/s)") + side]) for side in (0, 1))
        np.testing.assert_array_equal(np.isnan(speed), np.isnan(direction))
    assert int((the_table(file).values[columns.index("Dir50 (deg)")] == 225).sum()) == 0


def test_a_direction_of_225_beside_a_speed_stays() -> None:
    content = (
        b"DataTimeStamp,Vel1 (mm/s),Dir1 (deg)\n2020-12-01 00:00:00,120.0,225.0\n2020-12-01 00:10:00,46340.0,225.0\n"
    )
    np.testing.assert_array_equal(column_of(axys.parse(content), "Dir1 (deg)"), [225, np.nan])


@needs_samples
def test_without_its_name_a_file_is_told_from_others_by_its_columns() -> None:
    tables = {}
    for name, content in real_files().items():
        if "wind" not in name:
            tables[name] = the_table(axys.parse(content)).name
    assert len(set(tables.values())) == len(tables) == 8
    assert tables["buoy.z05.00.20201201.000000.surfacetemp.csv"] == "Surface Temperature (C)"
    assert tables["buoy.z05.00.20201201.000000.currents.csv"] == "NumberOfBins, BinSpacing and 102 more"


def test_an_anemometers_file_is_refused_without_its_name() -> None:
    content = writer.file(writer.wind_header(), writer.wind_rows(ridge(20)))
    with pytest.raises(FormatError) as caught:
        axys.parse(content)
    assert caught.value.what.startswith("a buoy's wind: port and starboard have the same columns")
    assert caught.value.remedy.endswith("which ends with wind_port.csv or wind_stbd.csv")
    assert the_table(axys.parse(content, "some/buoy.z05.00.20201201.000000.wind_stbd.csv")).name == "wind_stbd"


def test_units_are_those_of_the_names() -> None:
    columns = {column.name: column.unit for column in the_table(axys.parse(written()["axys"])).columns}
    assert columns["Vel1 (mm/s)"] == "mm/s"
    assert columns["NumberOfBins"] == ""


@pytest.mark.parametrize(
    ("row", "reason", "readings"),
    [
        ("2020-12-01 00:10:00,x", "no number in Barometric Pressure (mb); a number expected", 1),
        ("12/01/2020 00:10,1013", "'12/01/2020 00:10' is no time of the calendar; YYYY-MM-DD hh:mm:ss expected", 1),
        ("2020-12-01 00:10:00,1013,5", "3 columns found, 2 named in the header", 1),
    ],
)
def test_what_can_not_be_read_of_a_row_is_rejected(row: str, reason: str, readings: int) -> None:
    rows = f"2020-12-01 00:00:00,1013\n{row}\n2020-12-01 00:20:00,\n"
    file = axys.parse(f"DataTimeStamp,Barometric Pressure (mb)\n{rows}".encode())
    (rejected,) = file.rejected
    assert (rejected.line, rejected.reason, rejected.readings) == (3, reason, readings)
    assert readings_in(file) == 3


def test_words_are_no_readings() -> None:
    file = axys.parse(b"DataTimeStamp,State,Level (m)\n2020-12-01 00:00:00,moored,1.5\n")
    assert ([column.name for column in the_table(file).columns], file.rejected) == (["Level (m)"], ())


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"DataTimeStamp,a,,b\n", "column 3 has no name"),
        (b"TimeStamp,a\n", "'TimeStamp,a' found, names that begin with 'DataTimeStamp' expected"),
    ],
)
def test_names_that_can_not_be_read_are_an_error(content: bytes, what: str) -> None:
    with pytest.raises(FormatError) as caught:
        axys.parse(content)
    assert (caught.value.what, caught.value.where) == (what, "line 1")
