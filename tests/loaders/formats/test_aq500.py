"""AQ500 sodar: a real file against the csv module, and headers that contradict themselves."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pytest

from loaders.formats import aq500
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError
from simulation.profiles import profile
from tests.loaders.formats.locale_samples import SAMPLES, column_of, edited, needs_samples, ridge
from tests.loaders.formats.profile_samples import listed, the_table, written
from tests.loaders.formats.toa5_files import readings_in

REAL = SAMPLES / "sodar" / "WP5_161122_result.txt"
PER_LEVEL = ("Speed", "Dir", "Std-Speed", "Vertical velocity(w)", "Std-w", "Quality")
LEVELS = range(50, 201, 5)
SECOND_ROW = 27  # its line


@needs_samples
def test_a_real_file_equals_what_the_csv_module_reads() -> None:
    content = REAL.read_bytes()
    assert detect(content) is aq500
    file = aq500.parse(content)
    table = the_table(file)
    assert (file.logger, file.rejected, table.averaging_period) == ("Escheberg_AJ03", (), np.timedelta64(600, "s"))
    assert (file.utc_offset, file.timestamp_is_end_of_period) == (None, None)
    first = datetime(2016, 11, 22)
    assert table.timestamps.tolist() == [first + timedelta(minutes=10 * row) for row in range(144)]
    names = ["Battery voltage", "Temperature sensor", "Humidity sensor"]
    names += [f"{height}m {name}" for height in LEVELS for name in PER_LEVEL]
    assert [column.name for column in table.columns] == names
    lines = content.decode("latin-1").splitlines()
    rows = list(csv.reader(line for line in lines if line.startswith("20161122")))
    divided = {"Battery voltage": 100, "Temperature sensor": 10} | {f"{height}m Quality": 10 for height in LEVELS}
    fields = [1, 2, 3, *range(5, 191)]  # the fourth is the pressure of a sensor that isn't there
    for column, field, values in zip(table.columns, fields, table.values, strict=True):
        raw = [float(row[field]) for row in rows]
        expected = [np.nan if value == 9999 else value / divided.get(column.name, 1) for value in raw]
        np.testing.assert_array_equal(values, expected, err_msg=column.name)
    assert readings_in(file) == 144 * 189
    assert lines[table.lines[0] - 1].startswith("20161122  0:00,")


@needs_samples
def test_a_real_files_units_heights_and_absent_sensor_are_known() -> None:
    file = aq500.parse(REAL.read_bytes())
    columns = the_table(file).columns
    told = {column.name: (column.unit, column.statistic) for column in columns[:9]}
    assert told == {
        "Battery voltage": ("V", None),
        "Temperature sensor": ("deg C", None),
        "Humidity sensor": ("%RH", None),
        "50m Speed": ("m/s", "avg"),
        "50m Dir": ("degrees", "avg"),
        "50m Std-Speed": ("m/s", "sd"),
        "50m Vertical velocity(w)": ("m/s", "avg"),
        "50m Std-w": ("m/s", "sd"),
        "50m Quality": ("S/N", None),
    }
    settings = listed(file, "settings")
    assert [setting["height_m"] for setting in settings] == list(LEVELS)
    (header,) = listed(file, "headers")
    assert (header["absent"], header["facts"]["Antenna orientation(deg)"]) == (["Pressure sensor"], "98")
    assert file.header["device_orientation_deg"] == 98


def test_what_was_simulated_is_read() -> None:
    recording = ridge()
    file = aq500.parse(written(200)["aq500"])
    assert (file.logger, file.rejected) == (recording.mast.serial, ())
    assert the_table(file).timestamps.tolist() == recording.begins.astype("datetime64[us]").tolist()
    for level in profile(recording):
        nearest = {40: "50m", 60: "75m", 80: "75m"}.get(int(level.height_m))
        if level.height_m == 40:
            np.testing.assert_allclose(column_of(file, f"{nearest} Speed"), level.speed, atol=5.001e-3, rtol=0)


def replaced(old: str, new: str) -> Callable[[list[str]], None]:
    def edit(lines: list[str]) -> None:
        assert any(old in line for line in lines)
        lines[:] = [line.replace(old, new) for line in lines]

    return edit


def test_separator_decimal_mark_and_the_number_for_no_data_are_the_headers() -> None:
    def edit(lines: list[str]) -> None:
        for at, line in enumerate(lines):
            if line.startswith("2022"):
                lines[at] = line.replace(",", ";").replace(".", ",").replace("9999", "-99")
        replaced("Decimal=46", "Decimal=44")(lines)
        replaced("separator=44", "separator=59")(lines)
        replaced("No data=9999", "No data=-99")(lines)

    content = written()["aq500"]
    for values, expected in zip(
        the_table(aq500.parse(edited(content, edit))).values, the_table(aq500.parse(content)).values, strict=True
    ):
        np.testing.assert_array_equal(values, expected)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("Number of levels=3", "Number of levels=4", "4 levels don't reach from 50 to 100 m in steps of 25 m"),
        ("Number of levels=3", "Number of levels=many", "invalid literal for int() with base 10: 'many'"),
        ("Interval(m)=25", "Step=25", "no 'Interval(m)'"),
        ("Decimal=46", "Decimal=44", "',' before decimals and ',' between fields"),
        (
            "(YYYYMMDD hh:mm)",
            "(DDMMYYYY hh:mm)",
            "field 1 is 'Date and Time(DDMMYYYY hh:mm)', a time as YYYYMMDD hh:mm",
        ),
        ("Data field 5:", "Data field 50:", "fields begin at [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 50], each number"),
        ("(V * 100)", "(V * 0)", "'Battery voltage(V * 0)' multiplies with 0"),
        ("[EOH]", "[END]", "no line with [EOH]"),
    ],
)
def test_a_header_that_contradicts_itself_is_refused(old: str, new: str, what: str) -> None:
    with pytest.raises(FormatError) as caught:
        aq500.parse(edited(written()["aq500"], replaced(old, new)))
    assert what in caught.value.what
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("bad", "reason", "readings"),
    [
        ("20220101 25:00", "'20220101 25:00' is no time of the calendar; YYYYMMDD hh:mm expected", 21),
        ("20220101  0:10,x", "no number in Battery voltage; a number expected", 1),
        ("20220101  0:10,,1,2", "26 columns found, 23 named in the header", 21),
    ],
)
def test_what_can_not_be_read_of_a_row_is_rejected(bad: str, reason: str, readings: int) -> None:
    def edit(lines: list[str]) -> None:
        lines[SECOND_ROW - 1] = lines[SECOND_ROW - 1].replace("20220101  0:10" + ",1193" * ("," in bad), bad)

    file = aq500.parse(edited(written()["aq500"], edit))
    (rejected,) = file.rejected
    assert (rejected.line, rejected.reason, rejected.readings) == (SECOND_ROW, reason, readings)
    assert readings_in(file) == 60 * 21


def test_days_that_were_appended_to_each_other_are_one_and_two_sodars_are_refused() -> None:
    content = written()["aq500"]
    twice = aq500.parse(content + content)
    assert (len(the_table(twice).timestamps), twice.rejected) == (120, ())
    with pytest.raises(FormatError, match="rows of two instruments in one file"):
        aq500.parse(content + edited(content, replaced("site name=", "site name=Other ")))
