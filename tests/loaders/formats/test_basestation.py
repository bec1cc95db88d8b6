"""BaseStation exports of the Data Retriever."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from loaders.formats import basestation
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError
from tests.loaders.formats.nrg_files import BASESTATION
from tests.loaders.formats.toa5_files import readings_in, values_of

REAL = "USDOE_beresford_051201.csv"
LAST = BASESTATION.splitlines(keepends=True)[-1]


def test_the_real_file_is_read_whole(samples: Path) -> None:
    content = (samples / "nrg" / REAL).read_bytes()
    assert detect(content) is basestation
    file = basestation.parse(content)
    (table,) = file.tables
    assert (file.logger, len(table.timestamps), file.rejected) == ("933", 4720, ())
    assert (table.timestamps[0], table.timestamps[-1]) == (
        np.datetime64("2005-12-01T16:40"),
        np.datetime64("2006-01-03T11:10"),
    )
    assert table.lines.tolist() == list(range(57, 57 + 4720))
    assert [(column.name, column.unit, column.statistic) for column in table.columns] == [
        ("Average Speed", "mph", "avg"),
        ("Speed Standard Deviation", "mph", "sd"),
        ("Average Direction", "Degrees", "avg"),
    ]
    assert values_of(file, "Average Direction")[-1] == 225.0  # the file's last line has no end


def test_the_real_file_reads_as_pandas_reads_it(samples: Path) -> None:
    content = (samples / "nrg" / REAL).read_bytes()
    (table,) = basestation.parse(content).tables
    rows = content.replace(b"\r", b"\n").partition(b"Time Stamp,")
    expected = pd.read_csv(io.BytesIO(rows[1] + rows[2]))
    times = pd.to_datetime(expected.pop("Time Stamp"), format="%m/%d/%y %H:%M")
    assert np.array_equal(table.timestamps, times.to_numpy().astype("datetime64[us]"))
    for column, values in zip(table.columns, table.values, strict=True):
        assert np.array_equal(values, expected[column.name].to_numpy(dtype=float)), column.name


def test_the_header_tells_channels_in_metres_and_the_loggers_own_units() -> None:
    header = json.loads(json.dumps(basestation.parse(BASESTATION.encode()).header))
    assert header["Location Description"] == "Hill, SD, 57004"
    assert header["channels"]["3"] == {"Sensor Type": "6", "Height": "0", "Units": "Degrees F"}
    assert header["settings"][0] == {
        "columns": ["Average Speed", "Speed Standard Deviation"],
        "serial_number": None,
        "height_m": 20.1168,
        "slope": 1.711,
        "offset": 0.78,
        "unit": "mph",
        "date_from": None,
        "description": "NRG #40 Maximum Anemometer",
    }
    assert (header["settings"][1]["serial_number"], header["settings"][1]["height_m"]) == ("V2", 18.288)
    assert (header["settings"][2]["columns"], header["settings"][2]["height_m"]) == ([], None)


def test_of_two_anemometers_none_is_said_to_own_the_speed() -> None:
    second = BASESTATION.replace("Raw Header", "[Channel04],\nSensor Type,1\nUnits,m/s\n\nRaw Header")
    file = basestation.parse(second.encode())
    assert [column.unit for column in file.tables[0].columns] == ["", "", "Degrees"]
    assert file.header["settings"][0]["columns"] == []  # type: ignore[index]


def test_zone_and_side_of_the_stamps_stand_nowhere_in_the_file() -> None:
    file = basestation.parse(BASESTATION.encode())
    assert (file.utc_offset, file.timestamp_is_end_of_period) == (None, None)
    assert file.created == datetime(2006, 1, 10, 10, 7, tzinfo=UTC)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_line_ends_change_nothing(end: str) -> None:
    content = BASESTATION.replace("\n", end).encode()
    assert detect(content) is basestation
    file = basestation.parse(content)
    assert file.tables[0].lines.tolist() == [29, 30]
    assert values_of(file, "Average Direction") == [113.0, None]


def test_a_row_that_cannot_be_read_is_rejected_with_its_line() -> None:
    bad = "12/2/05 0:10,1,2\n13/45/05 0:20,1,2,3\n12/2/05 0:30,1,ERR,3\n"
    file = basestation.parse((BASESTATION + bad).encode())
    assert [(line.line, line.readings, line.reason) for line in file.rejected] == [
        (31, 3, "3 columns found, 4 named in the header"),
        (32, 3, "'13/45/05 0:20' is no time of the calendar; M/D/YY h:mm expected"),
        (33, 1, "no number in Speed Standard Deviation; a number expected"),
    ]
    assert readings_in(file) == 15


def test_dates_are_american_where_nothing_contradicts() -> None:
    alone = BASESTATION.replace(LAST, "")
    assert basestation.parse(alone.encode()).tables[0].timestamps.tolist() == [datetime(2005, 12, 1, 23, 50)]


@pytest.mark.parametrize("first", ["13/12/05 23:50", "1/12/05 23:50"])
def test_dates_that_run_on_day_first_alone_are_refused(first: str) -> None:
    second = {"13": "14/12/05 0:00", "1/": "2/12/05 0:00"}[first[:2]]
    third = second.replace("0:00", "0:10")
    content = BASESTATION.partition("12/1/05 23:50")[0] + "".join(f"{at},1,2,3\n" for at in (first, second, third))
    with pytest.raises(FormatError) as caught:
        basestation.parse(content.encode())
    assert caught.value.what == f"the dates are written day, month ('{first}'), month, day expected of this program"
    assert (caught.value.where, bool(caught.value.remedy)) == ("line 29", True)


def test_a_file_cut_off_within_its_header_is_an_error() -> None:
    with pytest.raises(FormatError) as caught:
        basestation.parse(BASESTATION.partition("Time Stamp")[0].encode())
    assert caught.value.what == "no line of names 'Time Stamp,...' follows the header"


def test_an_export_without_rows_holds_no_readings() -> None:
    file = basestation.parse(BASESTATION.partition("12/1/05 23:50")[0].encode())
    assert (file.tables, file.rejected) == ((), ())
