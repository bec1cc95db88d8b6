"""Triton CSV: a real European file against pandas, American ones by hand, and dates that no one can tell."""

from __future__ import annotations

import io
import json
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from loaders.formats import triton
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError, LoggerFile
from simulation import triton as writer
from simulation.zephir import levels
from tests.loaders.formats.locale_samples import SAMPLES, column_of, needs_samples, ridge
from tests.loaders.formats.toa5_files import readings_in

REAL = SAMPLES / "triton" / "TritonExport_2017-03-13-04-46-38_innogySE_sample.csv"


@needs_samples
def test_a_real_file_equals_what_pandas_reads() -> None:
    content = REAL.read_bytes()
    assert detect(content) is triton
    file = triton.parse(content)
    (table,) = file.tables
    assert (file.logger, file.rejected, len(table.timestamps), len(table.columns)) == ("358", (), 288, 60)
    assert (file.utc_offset, file.timestamp_is_end_of_period) == (None, None)
    assert (table.timestamps[0].item(), table.timestamps[-1].item()) == (
        datetime(2016, 8, 31),
        datetime(2016, 9, 1, 23, 50),
    )
    frame = pd.read_csv(io.BytesIO(content), sep=";", decimal=",", skiprows=[0, 1, 3])
    for column, values in zip(table.columns, table.values, strict=True):
        np.testing.assert_allclose(values, frame[column.name], rtol=1e-12, err_msg=column.name)
    assert sum(int(np.isnan(values).sum()) for values in table.values) == int(frame.isna().to_numpy().sum())
    assert column_of(file, "200m Wind Speed")[1] == 5.28
    assert [(column.unit, column.statistic) for column in table.columns[3:5]] == [("%", "quality"), ("°", None)]
    assert {(column.unit, column.statistic) for column in table.columns[40:50]} == {("", "ti")}


@needs_samples
def test_the_heights_of_a_real_file_are_settings() -> None:
    settings = json.loads(json.dumps(triton.parse(REAL.read_bytes()).header))["settings"]
    assert [setting["height_m"] for setting in settings] == [40, 50, 60, 80, 100, 120, 140, 160, 180, 200]
    assert {len(setting["columns"]) for setting in settings} == {6}


@pytest.mark.parametrize("locale", [writer.EUROPEAN, writer.AMERICAN], ids=["European", "American"])
def test_what_was_simulated_is_read_in_every_locale(locale: writer.Locale) -> None:
    recording = ridge()
    content = writer.file(writer.header(recording.mast, locale), writer.rows(recording, locale))
    assert detect(content) is triton
    file = triton.parse(content)
    (table,) = file.tables
    assert (file.logger, file.rejected) == (recording.mast.serial, ())
    assert table.timestamps.tolist() == recording.stamps.astype("datetime64[us]").tolist()
    for point in levels(recording.mast):
        values = column_of(file, f"{point.height_m:g}m Wind Speed")
        np.testing.assert_allclose(values, recording.values[point.column("avg")], atol=5e-3)


def american(*rows: str, padding: str = "") -> LoggerFile:
    lines = ("Triton Wind Speed Data,,", "Logger Serial Number: 77,,", "Date and Time,40m Wind Speed,Q", ",m/s,%")
    return triton.parse("\n".join([line + padding for line in (*lines, *rows)]).encode())


def test_an_american_file_is_read_where_a_row_tells_the_order() -> None:
    file = american("8/31/2016 0:00,1.026,95", "9/1/2016 0:00,,96")
    assert file.tables[0].timestamps.tolist() == [datetime(2016, 8, 31), datetime(2016, 9, 1)]
    np.testing.assert_array_equal(column_of(file, "40m Wind Speed"), [1.026, np.nan])


def test_a_midnight_tells_the_order_and_a_single_day_does_not() -> None:
    rows = ("09/01/2016 23:40,1,2", "09/01/2016 23:50,1,2", "09/02/2016 00:00,1,2")
    assert american(*rows).tables[0].timestamps[-1].item() == datetime(2016, 9, 2)
    with pytest.raises(FormatError) as caught:
        american(*rows[:2])
    assert caught.value.where == "line 5"


def test_padding_at_line_ends_is_no_column_and_an_empty_last_cell_is_missing() -> None:
    file = american("8/31/2016 0:00,1,", "8/31/2016 0:10,1,2", padding=",,")
    assert file.rejected == ()
    np.testing.assert_array_equal(column_of(file, "Q"), [np.nan, 2])


def test_a_line_of_another_width_and_a_cell_that_is_no_number_are_rejected() -> None:
    file = american("8/31/2016 0:00,1", "8/31/2016 0:10,x,2", "8/32/2016 0:20,1,2", "8/31/2016 0:30,1,2")
    assert [(line.line, line.text, line.readings) for line in file.rejected] == [
        (5, "8/31/2016 0:00,1", 2),
        (6, "8/31/2016 0:10,x,2", 1),
        (7, "8/32/2016 0:20,1,2", 2),
    ]
    assert readings_in(file) == 8


@pytest.mark.parametrize(
    ("lines", "what", "where"),
    [
        ("Triton Wind Speed Data\nx", "no line of names that begins with 'Date and Time'", "line 2"),
        ("Triton Wind Speed Data\nDate and Time", "no line of names", "line 2"),
        ("Triton Wind Speed Data\nDate and Time|a\nx", "a semicolon, comma or tab after", "line 2"),
        ("Triton Wind Speed Data\nDate and Time;;a\n;;m", "column 2 has no name", "line 2"),
        ("Triton Wind Speed Data\nDate and Time;a;b\n;m", "3 columns in the line of names, 2 in", "line 3"),
        ("Triton Wind Speed Data\nDate and Time;a\n;m;n", "2 columns in the line of names, 3 in", "line 3"),
    ],
)
def test_a_wrong_header_is_an_error_that_says_where(lines: str, what: str, where: str) -> None:
    with pytest.raises(FormatError) as caught:
        triton.parse(lines.encode())
    assert what in caught.value.what
    assert (caught.value.where, bool(caught.value.remedy)) == (where, True)
