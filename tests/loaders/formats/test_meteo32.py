"""Meteo-32: two files that make one, after the maker's manual; no real file was to be had."""

from __future__ import annotations

import json
from datetime import datetime

import numpy as np
import pytest

from loaders.formats import meteo32
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError
from simulation import meteo32 as writer
from tests.loaders.formats.locale_samples import column_of, ridge, written
from tests.loaders.formats.toa5_files import readings_in

ROWINFO = b"s1a s1x s1s d1a t1a vxa\ns1_slope=0477 s1_offset=0025 d1_offset=0178 t1_slope=0100\n"
ROW = b"T 01/21/10 00:00:00 1*600 V5.0 C080765\n43 78 84 200 12 9\n44 79 85 201 13 9\n"


def test_both_files_together_are_read_as_the_logger_recorded() -> None:
    file = meteo32.parse(meteo32.joined(ROWINFO, ROW))
    (table,) = file.tables
    assert (file.logger, file.rejected, file.utc_offset, file.timestamp_is_end_of_period) == ("C080765", (), None, None)
    assert table.timestamps.tolist() == [datetime(2010, 1, 21), datetime(2010, 1, 21, 0, 10)]
    assert table.averaging_period == np.timedelta64(600, "s")
    assert [(column.name, column.statistic) for column in table.columns] == [
        ("s1a", "avg"), ("s1x", "max"), ("s1s", "sd"), ("d1a", "avg"), ("t1a", "avg"), ("vxa", "avg"),
    ]  # fmt: skip
    assert [values.tolist() for values in table.values[:2]] == [[43, 44], [78, 79]]
    assert table.lines.tolist() == [4, 5]


def test_slope_and_offset_of_an_anemometer_are_settings_and_not_applied() -> None:
    header = json.loads(json.dumps(meteo32.parse(meteo32.joined(ROWINFO, ROW)).header))
    (setting,) = header["settings"]
    assert (setting["columns"], setting["slope"], setting["offset"]) == (["s1a", "s1x", "s1s"], 0.0477, 0.25)
    assert header["numbers"]["d1_offset"] == 178


@pytest.mark.parametrize("content", [ROW, ROWINFO, meteo32.joined(ROWINFO, ROW)])
def test_each_of_the_files_is_told_by_its_content(content: bytes) -> None:
    assert detect(content) is meteo32


def test_a_row_file_alone_is_refused_with_what_is_missing() -> None:
    with pytest.raises(FormatError) as caught:
        meteo32.parse(ROW)
    assert caught.value.what == "rows of numbers without the codes of their channels"
    assert caught.value.remedy.startswith("load it together with the .rowinfo file of the same name")


def test_a_rowinfo_file_alone_holds_settings_and_no_readings() -> None:
    file = meteo32.parse(ROWINFO)
    assert (file.tables, file.rejected, file.logger, len(file.header["settings"])) == ((), (), None, 1)  # type: ignore[arg-type]


def test_a_line_that_cannot_be_read_still_takes_its_period() -> None:
    rows = ROW + b"1 2 3\n\n44 x 85 201 13 9\n45 80 86 202 14 9\n\n"
    file = meteo32.parse(meteo32.joined(ROWINFO, rows))
    (table,) = file.tables
    assert [time.minute for time in table.timestamps.tolist()] == [0, 10, 40, 50]
    assert [(line.line, line.text, line.readings) for line in file.rejected] == [
        (6, "1 2 3", 6),
        (7, "", 6),
        (8, "44 x 85 201 13 9", 1),
    ]
    assert readings_in(file) == 6 * 6


def test_what_was_simulated_is_read() -> None:
    recording = ridge()
    file = meteo32.parse(written()["meteo32"])
    (table,) = file.tables
    assert table.timestamps.tolist() == recording.begins.astype("datetime64[us]").tolist()
    point = recording.mast.points[0]
    (setting,) = [one for one in file.header["settings"] if "s1a" in one["columns"]]  # type: ignore[attr-defined]
    speeds = column_of(file, writer.code(recording.mast, point, "avg")) * setting["slope"] + setting["offset"]
    np.testing.assert_allclose(
        speeds[1:37], np.maximum(recording.values[point.column("avg")][1:37], setting["offset"]), atol=0.05
    )


@pytest.mark.parametrize(
    ("content", "what", "where"),
    [
        (b"T 01/21/10 1*600\n1\n", "rows of numbers without the codes", "line 1"),
        (ROWINFO + b"T 01/21/10 1*600\n1\n", "'T 01/21/10 1*600' found, 'T MM/DD/YY hh:mm:ss", "line 3"),
        (ROWINFO + ROW.replace(b"01/21", b"21/01"), "is no time of the calendar", "line 3"),
        (ROWINFO + ROW.replace(b"1*600", b"0*600"), "an averaging period of 0*600 seconds", "line 3"),
        (b"s1a s1a\n" + ROW, "a channel's code comes twice", "line 1"),
        (b"speed\n" + ROW, "'speed' found, codes of channels", "line 1"),
    ],
)
def test_a_wrong_header_is_an_error_that_says_where(content: bytes, what: str, where: str) -> None:
    with pytest.raises(FormatError) as caught:
        meteo32.parse(content)
    assert what in caught.value.what
    assert (caught.value.where, bool(caught.value.remedy)) == (where, True)
