"""Symphonie Classic text as it is described: no real file was to be had, so nothing here verifies the format."""

import json

import numpy as np
import pytest

from loaders.formats import symphonie_sdr
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError
from tests.loaders.formats.nrg_files import SDR
from tests.loaders.formats.toa5_files import readings_in, values_of

ROWS = [line.partition("\t")[2] for line in SDR.splitlines()[-2:]]


def with_stamps(first: str, second: str) -> bytes:
    return SDR.replace("07/31/2011 23:50:00", first).replace("08/01/2011 00:00:00", second).encode()


def test_it_says_that_it_is_unverified() -> None:
    assert not symphonie_sdr.VERIFIED
    assert symphonie_sdr.__doc__ is not None
    assert "Unverified" in symphonie_sdr.__doc__


@pytest.mark.parametrize("content", [SDR, SDR.replace("SDR\t6.01.02\n", "6.01.02\n\n"), SDR.replace("\n", "\r\n")])
def test_it_is_told_by_its_first_word_or_its_section_on_the_logger(content: str) -> None:
    assert detect(content.encode("latin-1")) is symphonie_sdr
    assert values_of(symphonie_sdr.parse(content.encode("latin-1")), "CH1Avg") == [5.5, 5.6]


def test_each_channel_has_four_columns_but_one_without_a_sensor_has_no_readings() -> None:
    file = symphonie_sdr.parse(SDR.encode())
    (table,) = file.tables
    assert [(column.name, column.unit, column.statistic) for column in table.columns] == [
        ("CH1Avg", "m/s", "avg"),
        ("CH1SD", "m/s", "sd"),
        ("CH1Max", "m/s", "max"),
        ("CH1Min", "m/s", "min"),
        ("CH2Avg", "kPa", "avg"),
        ("CH2SD", "kPa", "sd"),
        ("CH2Max", "kPa", "max"),
        ("CH2Min", "kPa", "min"),
        ("CH4Avg", "", "avg"),  # the header leaves channel 4 out, which doesn't say that it has none
    ]
    assert table.lines.tolist() == [47, 48]


def test_the_header_tells_sensors_with_heights_in_metres() -> None:
    file = symphonie_sdr.parse(SDR.encode("latin-1"))
    header = json.loads(json.dumps(file.header))
    assert file.logger == "00837"
    assert header["-----Site Information-----"][0]["Latitude"] == "N 038° 11.591'"
    keys = ("serial_number", "height_m", "slope", "offset", "unit")
    assert [tuple(line[key] for key in keys) for line in header["settings"]] == [
        ("3012", 50.0, 0.765, 0.35, "m/s"),
        (None, 56.9976, 0.04255, 64.832, "kPa"),
    ]


def test_zone_and_side_of_the_stamps_stand_nowhere_in_the_file() -> None:
    file = symphonie_sdr.parse(SDR.encode())
    assert (file.utc_offset, file.timestamp_is_end_of_period, file.created) == (None, None, None)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("07/31/2011 23:50:00", "08/01/2011 00:00:00", "2011-08-01T00:00"),
        ("31-07-2011 23:50:00", "01-08-2011 00:00:00", "2011-08-01T00:00"),
        ("2011/11/6 Sunday 00:00:00", "2011/11/6 Sunday 00:10:00", "2011-11-06T00:10"),
        ("2009/05/11 01:00:00", "2009/05/11 01:10:00", "2009-05-11T01:10"),
        ("7/31/2011 11:50:00 PM", "8/1/2011 12:00:00 AM", "2011-08-01T00:00"),
        ("07/31/11 23:50:00", "08/01/11 00:00:00", "2011-08-01T00:00"),
        ("13-07-30 23:50:00", "13-07-31 00:00:00", None),  # no row tells a step
        ("97-07-30 23:50:00", "97-07-31 00:00:00", "1997-07-31T00:00"),
    ],
)
def test_dates_are_read_in_the_order_that_they_prove(first: str, second: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(FormatError, match="may have its year first or last, and no other row tells"):
            symphonie_sdr.parse(with_stamps(first, second))
        return
    (table,) = symphonie_sdr.parse(with_stamps(first, second)).tables
    assert table.timestamps[-1] == np.datetime64(expected)


def test_a_day_whose_date_can_be_read_in_two_ways_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        symphonie_sdr.parse(with_stamps("07/08/2011 00:00:00", "07/08/2011 00:10:00"))
    assert caught.value.what.startswith("'07/08/2011 00:00:00' may be day, month or month, day, and no other row tells")
    assert (caught.value.where, bool(caught.value.remedy)) == ("line 47", True)


def test_a_row_that_cannot_be_read_is_rejected_with_its_line() -> None:
    bad = f"08/01/2011 00:10\t1\nno day\t{ROWS[0]}\n08/01/2011 00:30:00\t{ROWS[0].replace('5.5', 'ERR')}\n"
    file = symphonie_sdr.parse((SDR + bad).encode())
    assert [(line.line, line.readings) for line in file.rejected] == [(49, 9), (50, 9), (51, 1)]
    assert readings_in(file) == 45


def test_a_file_of_which_no_row_has_a_date_is_rejected_row_by_row() -> None:
    file = symphonie_sdr.parse(with_stamps("a", "b"))
    assert (file.tables, [line.readings for line in file.rejected]) == ((), [9, 9])


def test_a_file_cut_off_within_its_header_is_an_error() -> None:
    with pytest.raises(FormatError) as caught:
        symphonie_sdr.parse(SDR.partition("Date & Time")[0].encode())
    assert caught.value.what == "no line of names 'Date & Time Stamp' follows the header"
