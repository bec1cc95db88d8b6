"""TOA5 files that spreadsheets of other locales have saved anew: padded, with other separators, marks and dates."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from loaders.formats import toa5
from loaders.formats.frame import FormatError
from tests.loaders.formats.toa5_files import header, row

NARROW = """TOA5,Hill,CR1000X,4711,CR1000X.Std.05,CPU:hill.CR1X,2438,Daily
TIMESTAMP,RECORD,BattV_Min,,,,,
TS,RN,Volts,,,,,
,,Min,,,,,
2024-03-01 00:00,0,12.4,,,,,
2024-03-02 00:00,1,,,,,,
2024-03-03 00:00,1,12.6,7,,,,
"""
STAMPS = ["31.01.2016 23:50", "01.02.2016 00:00", "01.02.2016 00:10"]


def saved(separator: str, stamps: list[str], *, decimal: str = ",") -> bytes:
    """A file with a row for each stamp, as a spreadsheet writes it."""
    lines = ["TOA5;Hill;CR1000X;4711;CR1000X.Std.05;CPU:hill.CR1X;2438;Ten", "TIMESTAMP;RECORD;Spd_Avg;Spd_Std"]
    lines += ["TS;RN;m/s;m/s", ";;Avg;Std", *(f"{stamp};{at};{at}.5;NAN" for at, stamp in enumerate(stamps))]
    head, rows = "\r\n".join(lines[:4]), "\r\n".join(lines[4:])
    dates = [stamp.replace(".", "\0") for stamp in stamps]
    for stamp, date in zip(stamps, dates, strict=True):
        rows = rows.replace(stamp, date)
    rows = rows.replace(".", decimal).replace("\0", ".")
    return f"{head}\r\n{rows}\r\n".replace(";", separator).encode()


def test_a_narrow_table_whose_lines_were_padded_to_the_first_is_read_without_padding() -> None:
    file = toa5.parse(NARROW.encode())
    (table,) = file.tables
    assert [column.name for column in table.columns] == ["BattV_Min"]
    np.testing.assert_array_equal(table.values[0], [12.4, np.nan])
    assert [(bad.line, bad.text) for bad in file.rejected] == [(7, "2024-03-03 00:00,1,12.6,7,,,,")]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_european_spreadsheets_file_is_read(separator: str) -> None:
    content = saved(separator, STAMPS)
    assert toa5.matches(content)
    file = toa5.parse(content)
    (table,) = file.tables
    assert (file.rejected, file.logger) == ((), "4711")
    assert [(column.name, column.unit, column.statistic) for column in table.columns] == [
        ("Spd_Avg", "m/s", "avg"),
        ("Spd_Std", "m/s", "sd"),
    ]
    assert table.values[0].tolist() == [0.5, 1.5, 2.5]
    assert table.timestamps.tolist() == [
        datetime(2016, 1, 31, 23, 50),
        datetime(2016, 2, 1),
        datetime(2016, 2, 1, 0, 10),
    ]


def test_a_line_that_cannot_be_read_is_told_as_the_file_has_it() -> None:
    content = saved(";", STAMPS) + b"01.02.2016 00:20;3;what, 5.5;0,1\r\n01.02.2016 00:30;4\r\n"
    assert [bad.text for bad in toa5.parse(content).rejected] == [
        "01.02.2016 00:20;3;what, 5.5;0,1",
        "01.02.2016 00:30;4",
    ]


@pytest.mark.parametrize(
    ("stamps", "first"),
    [
        (["1/9/2016 23:50", "1/10/2016 0:00"], datetime(2016, 1, 9, 23, 50)),
        (["1/13/2016 15:30", "1/13/2016 15:40"], datetime(2016, 1, 13, 15, 30)),
        (["13/1/2016 15:30", "1/2/2016 15:40"], datetime(2016, 1, 13, 15, 30)),
    ],
)
def test_the_order_of_day_and_month_is_that_which_rows_tell(stamps: list[str], first: datetime) -> None:
    days = [stamps[0].replace("23:50", "23:40"), *stamps] if "23:50" in stamps[0] else stamps
    (table,) = toa5.parse(saved(",", days, decimal=".")).tables
    assert table.timestamps.tolist()[len(days) - len(stamps)] == first


def test_dates_that_no_row_tells_are_refused_or_rejected_one_by_one_beside_others() -> None:
    with pytest.raises(FormatError, match="may be day, month or month, day, and no other row tells"):
        toa5.parse(saved(",", ["1/9/2016 15:30", "1/9/2016 15:40"], decimal="."))
    file = toa5.parse(saved(",", ["2016-01-09 15:20", "1/9/2016 15:30"], decimal="."))
    assert [bad.line for bad in file.rejected] == [6]


def test_what_a_spreadsheet_saved_is_read_whole_since_a_part_may_not_tell() -> None:
    assert toa5.cut(saved(";", STAMPS)) is None
    assert toa5.cut(saved(",", ["1/9/2016 15:30"], decimal=".")) is None
    assert toa5.cut((header() + row(10)).encode()) is not None
