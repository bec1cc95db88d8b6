"""ZX lidar CSV in the locales of converting computers: a real file against pandas, and what only the header tells."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from loaders.formats import zephir
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError, LoggerFile
from simulation import zephir as writer
from tests.loaders.formats.locale_samples import SAMPLES, column_of, needs_samples, ridge
from tests.loaders.formats.toa5_files import readings_in

REAL = SAMPLES / "zephir" / "Wind10_317@Y2016_M12_D13.ZPH.csv"
FACTS = "CSV Converter: v1.114,Unit: 1148,Time sync: UTC +1.0 hrs,Time stamps indicate the end of the averaging period"
NAMES = "Reference,Time and Date,Timestamp (s),Info. Flags,GPS,Pressure (mbar),Wind Direction (deg) at 40m (corrected)"


@needs_samples
def test_a_real_file_equals_what_pandas_reads() -> None:
    content = REAL.read_bytes()
    assert detect(content) is zephir
    file = zephir.parse(content)
    (table,) = file.tables
    assert (file.logger, file.rejected, len(table.timestamps), len(table.columns)) == ("317", (), 288, 93)
    assert (file.utc_offset.item(), file.timestamp_is_end_of_period) == (timedelta(hours=1), False)  # type: ignore[union-attr]
    frame = pd.read_csv(io.BytesIO(content), sep=";", decimal=",", skiprows=1)
    stamps = pd.to_datetime(frame["Time and Date"], format="%d.%m.%Y %H:%M:%S")
    assert table.timestamps.tolist() == [stamp.to_pydatetime() for stamp in stamps]
    for column, values in zip(table.columns, table.values, strict=True):
        expected = frame[column.name].replace([9999.0, 9998.0], np.nan).to_numpy(dtype=np.float64)
        np.testing.assert_allclose(values, expected, rtol=1e-12, err_msg=column.name)
    missing = sum(int(np.isnan(values).sum()) for values in table.values)
    assert missing == len(re.findall(rb"(?<=;)999[89](?:,000)?(?=;)", content)) == 3813


@needs_samples
def test_the_heights_and_the_window_of_a_real_file_are_kept() -> None:
    header = json.loads(json.dumps(zephir.parse(REAL.read_bytes()).header, allow_nan=False))
    assert header["window_height_m"] == 3.0
    assert [setting["height_m"] for setting in header["settings"]] == [297, 247, 197, 157, 137, 117, 77, 57, 38, 37]
    assert {len(setting["columns"]) for setting in header["settings"]} == {8}


@needs_samples
def test_a_real_file_that_breaks_off_within_a_number_loses_that_row_alone() -> None:
    content = REAL.read_bytes()
    cut = content.rindex(b";0,0") + 4  # the last value loses its digits: it is one separator short of its checksum
    file = zephir.parse(content[:cut])
    (rejected,) = file.rejected
    assert (rejected.line, rejected.readings, len(file.tables[0].timestamps)) == (290, 93, 287)


@pytest.mark.parametrize("locale", [writer.GERMAN, writer.BRITISH], ids=["German", "British"])
def test_what_was_simulated_is_read_in_every_locale(locale: writer.Locale) -> None:
    recording = ridge()
    content = writer.file(writer.header(recording.mast, locale), writer.rows(recording, locale))
    assert detect(content) is zephir
    file = zephir.parse(content)
    (table,) = file.tables
    assert (file.logger, file.rejected) == (recording.mast.serial, ())
    assert table.timestamps.tolist() == recording.stamps.astype("datetime64[us]").tolist()
    assert (file.utc_offset, file.timestamp_is_end_of_period) == (
        np.timedelta64(recording.mast.utc_offset_hours, "h"),
        recording.mast.stamps_end,
    )
    for point in writer.levels(recording.mast):
        for statistic, name in writer.PER_HEIGHT.items():
            values = column_of(file, f"{name} {point.height_m:g}m")
            np.testing.assert_allclose(values, recording.values[point.column(statistic)], atol=5e-4)


def british(*rows: str, facts: str = FACTS, names: str = NAMES, checksum: str = "") -> LoggerFile:
    return zephir.parse("\r\n".join((facts, names + checksum, *rows, "")).encode())


@pytest.mark.parametrize(("stamp", "seconds"), [("03/04/2024 00:10:00", 778032600), ("04/03/2024 00:10:00", 778032600)])
def test_the_column_of_seconds_settles_day_and_month_of_a_single_row(stamp: str, seconds: int) -> None:
    (table,) = british(f"1,{stamp},{seconds},Open,51.3 9.1,991.3,180.0").tables
    assert table.timestamps.tolist() == [datetime(2024, 4, 3, 0, 10)]


def test_without_seconds_day_and_month_that_no_row_tells_are_refused() -> None:
    with pytest.raises(FormatError, match="may be day, month or month, day"):
        british("1,03/04/2024 00:10:00,,Open,51.3 9.1,991.3,180.0")


def test_other_clocks_of_the_twelve_hours_are_read() -> None:
    (table,) = british("1,4/3/2024 1:10:00 PM,778079400,Open,51.3 9.1,991.3,180.0").tables
    assert table.timestamps.tolist() == [datetime(2024, 4, 3, 13, 10)]


def test_9999_and_9998_are_missing_and_what_looks_like_them_is_not() -> None:
    file = british(
        "9999,03.04.2024 00:10:00,778032600,Open,51.3 9.1,999.9,9999",
        "9998,03.04.2024 00:20:00,778033200,Open,51.3 9.1,9998.00,99.99",
    )
    np.testing.assert_array_equal(column_of(file, "Pressure (mbar)"), [999.9, np.nan])
    np.testing.assert_array_equal(column_of(file, "Wind Direction (deg) at 40m (corrected)"), [np.nan, 99.99])
    assert file.timestamp_is_end_of_period is True
    assert [(column.unit, column.statistic) for column in file.tables[0].columns] == [("mbar", None), ("deg", "avg")]


def test_record_numbers_seconds_flags_and_position_are_no_readings() -> None:
    file = british("1,03.04.2024 00:10:00,778032600,Open,51.3 9.1,999.9,1")
    assert [column.name for column in file.tables[0].columns] == [
        "Pressure (mbar)",
        "Wind Direction (deg) at 40m (corrected)",
    ]


def test_an_encoded_field_may_hold_separators_and_must_be_there() -> None:
    file = british(
        "1,03.04.2024 00:10:00,778032600,Open,51.3 9.1,999.9,1,ab,\"c,d",
        "1,03.04.2024 00:20:00,778033200,Open,51.3 9.1,999.9,1",
        checksum=",Checksum:x,y",
    )  # fmt: skip
    assert file.tables[0].lines.tolist() == [3]
    assert [(line.line, line.readings) for line in file.rejected] == [(4, 2)]
    assert readings_in(file) == 4


def test_what_the_line_of_facts_does_not_say_is_not_known() -> None:
    file = british("1,03.04.2024 00:10:00,778032600,Open,51.3 9.1,999.9,1", facts="CSV Converter: v1.0,Time sync: GPS")
    assert (file.logger, file.utc_offset, file.timestamp_is_end_of_period) == (None, None, None)
    assert {column.statistic for column in file.tables[0].columns} == {None}


@pytest.mark.parametrize(
    ("names", "what"),
    [
        ("", "the header ends after 1 of 2 lines"),
        ("Datum,x", "a line of names that begins with 'Reference' and 'Time and Date' expected"),
        ("Reference,Time and Date,,x", "column 3 has no name"),
    ],
)
def test_a_wrong_header_is_an_error_that_says_where(names: str, what: str) -> None:
    with pytest.raises(FormatError) as caught:
        british(names=names)
    assert what in caught.value.what
    assert (caught.value.where, bool(caught.value.remedy)) == ("line 2", True)


def test_a_zx_300_file_with_points_and_corrected_directions_is_read() -> None:
    """Names as three public programs expect them of newer units."""
    names = (
        "Reference,Time and Date,Timestamp (s),Info. Flags,Status Flags,Met Air Temp. (C),Met Pressure (mbar),"
        "Raining,GPS,Packets in Average at 40m,Wind Direction (deg) at 40m (corrected),"
        "Horizontal Wind Speed (m/s) at 40m,TI at 40m"
    )
    facts = "CSV Converter: v2.100,Unit: 1082,Measurement heights: 40m 60m,Time sync: UTC +0.0 hrs"
    rows = "1,12/06/2024 00:00:00,784080000,Green,OK,18.1,1013.2,0,41.44 -71.41,25,181.5,5.5,0.1\n"
    content = f"\ufeff{facts}\n{names}\n{rows}{rows.replace('00:00:00,784080000', '00:10:00,784080600')}".encode()
    assert detect(content) is zephir
    file = zephir.parse(content)
    assert (file.logger, file.rejected, file.utc_offset) == ("1082", (), np.timedelta64(0, "s"))
    told = {column.name: column.unit for column in file.tables[0].columns}
    assert told["Wind Direction (deg) at 40m (corrected)"] == "deg"
    assert told["Met Air Temp. (C)"] == "C"
    assert column_of(file, "Wind Direction (deg) at 40m (corrected)").tolist() == [181.5, 181.5]
    assert str(file.tables[0].timestamps[0])[:16] == "2024-06-12T00:00"
