"""TOA5 as loggers, LoggerNet, spreadsheets and power cuts write it."""

import json
from collections.abc import Sequence

import numpy as np
import pytest

from loaders.formats import toa5
from loaders.formats.campbell import statistic_of
from loaders.formats.frame import FormatError
from tests.loaders.formats.toa5_files import (
    NAMES,
    PROCESSING,
    UNITS,
    header,
    readings_in,
    row,
    values_of,
)


def test_the_numeric_columns_are_readings_and_nothing_else_is() -> None:
    (table,) = toa5.parse((header() + row(10) + row(20)).encode()).tables
    assert [(column.name, column.unit, column.statistic) for column in table.columns] == [
        ("Spd_Avg", "m/s", "avg"),
        ("Spd_Std", "m/s", "sd"),
        ("Temp_Max", "Deg C", "max"),
    ]


def test_the_header_is_told_as_it_stands() -> None:
    file = toa5.parse((header() + row(10)).encode())
    assert file.logger == "4711"
    assert (file.created, file.utc_offset, file.timestamp_is_end_of_period) == (None, None, None)
    (told,) = json.loads(json.dumps(file.header))["headers"]
    assert (told["station"], told["program"], told["table"]) == ("Hill", "CPU:hill.CR1X", "Ten")
    assert (told["names"], told["units"], told["processing"]) == (list(NAMES), list(UNITS), list(PROCESSING))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_a_byte_order_mark_change_nothing(end: str, mark: bytes) -> None:
    content = mark + (header() + row(10) + row(20)).replace("\n", end).encode()
    file = toa5.parse(content)
    assert file.tables[0].lines.tolist() == [5, 6]
    assert values_of(file, "Temp_Max") == [12.0, 12.0]


def test_an_old_loggers_degree_sign_is_read_though_one_line_is_garbled() -> None:
    units = ("TS", "RN", "m/s", "m/s", "°C", "", "")
    modern = header(units=units).encode() + row(10).encode() + row(20, note="§").encode("cp1252")
    old = header(units=units).encode("cp1252") + row(10).encode()
    assert toa5.parse(modern).tables[0].columns[2].unit == "°C"
    assert toa5.parse(old).tables[0].columns[2].unit == "°C"


def test_a_spreadsheets_version_is_read_like_the_original() -> None:
    original = header() + row(10) + row(20)
    lines = original.replace('"', "").replace("TIMESTAMP", "Timestamp").splitlines()
    lines[0] += "," * 5
    saved = toa5.parse(("\ufeff" + "\r\n".join(lines).replace(":00,", ",") + "\r\n").encode())
    assert saved.tables[0].timestamps.tolist() == toa5.parse(original.encode()).tables[0].timestamps.tolist()
    assert values_of(saved, "Spd_Std") == [0.5, 0.5]


@pytest.mark.parametrize("token", ['"NAN"', "NAN", "NaN", "nan", "INF", '"-INF"', "Inf", "", '""', " NAN "])
def test_a_missing_token_is_a_reading_recorded_as_missing(token: str) -> None:
    file = toa5.parse((header() + row(10, speed=token) + row(20)).encode())
    assert values_of(file, "Spd_Avg") == [None, 5.5]
    assert file.rejected == ()


@pytest.mark.parametrize(
    "number", ["7999", "-7999", "-999", "9999", "1e-5", "4.09545187592563E-312", "+2.5", ".5", "5."]
)
def test_a_number_is_a_number_even_where_other_makers_mean_missing(number: str) -> None:
    assert values_of(toa5.parse((header() + row(10, speed=number)).encode()), "Spd_Avg") == [float(number)]


@pytest.mark.parametrize("cell", ["ERR", "1.2.3", "1e999", "infinity", "0x10", "1_000", "12V", "-", "9\x00"])
def test_a_cell_that_is_no_number_is_rejected_and_the_rest_of_its_row_counts(cell: str) -> None:
    file = toa5.parse((header() + row(10) + row(20, speed=cell, deviation=cell) + row(30)).encode())
    (rejected,) = file.rejected
    assert (rejected.line, rejected.readings) == (6, 2)
    assert rejected.reason == "no number in Spd_Avg, Spd_Std; a number or NAN expected"
    assert [mask.tolist() for mask in file.tables[0].rejected_cells] == [[False, True, False]] * 2 + [[False] * 3]
    assert values_of(file, "Temp_Max") == [12.0, 12.0, 12.0]
    assert readings_in(file) == 9


def test_a_sample_without_unit_is_text_only_where_no_cell_is_a_number() -> None:
    names, units, processing = ("TIMESTAMP", "Word", "Mostly", "Never"), ("TS", "", "", ""), ("", "Smp", "Smp", "Smp")
    rows = '"2024-03-01 00:10:00","a",1,"NAN"\n"2024-03-01 00:20:00","b","x","NAN"\n'
    file = toa5.parse((header(names, units, processing) + rows).encode())
    assert [column.name for column in file.tables[0].columns] == ["Mostly", "Never"]
    assert [(line.line, line.readings) for line in file.rejected] == [(6, 1)]
    assert readings_in(file) == 4


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2024-03-01 00:10:00", "2024-03-01T00:10:00"),
        ("2024-03-01 00:10", "2024-03-01T00:10:00"),
        ("2024-03-01T00:10:00", "2024-03-01T00:10:00"),
        ("2024-03-01 0:10", "2024-03-01T00:10:00"),
        ("2024-03-01 00:10:00.05", "2024-03-01T00:10:00.050"),
        ("2024-03-01 00:10:00.1234567", "2024-03-01T00:10:00.123456"),
        ("2024-02-28 24:00:00", "2024-02-29T00:00:00"),
    ],
)
def test_a_stamp_is_read_in_every_spelling_that_has_one_meaning(stamp: str, expected: str) -> None:
    (table,) = toa5.parse((header() + row(0).replace("2024-03-01 00:00:00", stamp)).encode()).tables
    assert table.timestamps.tolist() == [np.datetime64(expected, "us").item()]


@pytest.mark.parametrize(
    "stamp",
    [
        "2016-13-01 00:00:00",
        "2016-02-30 00:00:00",
        "2016-02-01 24:10:00",
        "0016-02-01 00:00:00",
        "2016-02-01",
        "",
        "9/1/2016 1:00",
    ],
)
def test_a_row_without_a_time_of_the_calendar_is_rejected_whole(stamp: str) -> None:
    content = header() + row(10) + row(0).replace("2024-03-01 00:00:00", stamp) + row(20)
    file = toa5.parse(content.encode())
    (rejected,) = file.rejected
    assert (rejected.line, rejected.readings) == (6, 3)
    assert rejected.reason == f"'{stamp}' is no time of the calendar; YYYY-MM-DD hh:mm:ss expected"
    assert file.tables[0].lines.tolist() == [5, 7]


def test_dates_that_can_be_read_in_two_ways_are_refused() -> None:
    content = (header() + row(10) + row(20)).replace('"2024-03-01 00:', '"01/03/2024 00:')
    with pytest.raises(FormatError) as caught:
        toa5.parse(content.encode())
    assert caught.value.where == "line 5"
    assert caught.value.what.startswith(
        "no timestamp can be read: '01/03/2024 00:10:00' may be day, month or month, day"
    )
    assert caught.value.remedy == "save the file with ISO dates, or load it as the logger wrote it"


def test_a_row_of_another_width_is_rejected_whole() -> None:
    file = toa5.parse((header() + row(10) + row(20).replace(",0.5", "") + row(30)).encode())
    (rejected,) = file.rejected
    assert (rejected.line, rejected.readings) == (6, 3)
    assert rejected.reason == "6 columns found, 7 named in the header"
    assert file.tables[0].lines.tolist() == [5, 7]


def test_the_last_line_of_a_file_still_being_written_says_what_to_do() -> None:
    file = toa5.parse((header() + row(10) + row(20)[:30]).encode())
    assert [line.reason for line in file.rejected] == [f"4 columns found, 7 named in the header; {toa5.STILL_WRITTEN}"]
    assert readings_in(file) == 6


def test_a_whole_last_line_without_its_line_break_is_a_row() -> None:
    file = toa5.parse((header() + row(10) + row(20).removesuffix("\n")).encode())
    assert (file.tables[0].lines.tolist(), file.rejected) == ([5, 6], ())


def test_strings_may_hold_commas_quotes_and_line_breaks_and_lines_are_still_counted_right() -> None:
    notes = ["a, b", 'said ""no""', "two\nlines", "three\n\nlines", "end"]
    rows = "".join(row(10 * number, note=note) for number, note in enumerate(notes))
    file = toa5.parse((header() + rows).encode())
    assert file.tables[0].lines.tolist() == [5, 6, 7, 9, 12]
    assert (values_of(file, "Spd_Avg"), file.rejected) == ([5.5] * 5, ())


def test_a_stray_quote_costs_its_own_line_alone() -> None:
    broken = row(20)[:25] + '"' + row(20)[25:]
    truncated = '"2024-03-01 00:2\n'
    file = toa5.parse((header() + row(10) + broken + row(30) + truncated + row(40)).encode())
    assert [line.line for line in file.rejected] == [6, 8]
    assert file.tables[0].lines.tolist() == [5, 7, 9]


def test_blank_lines_hold_nothing() -> None:
    file = toa5.parse((header() + "\n" + row(10) + "\n\n" + row(20) + "\n").encode())
    assert (file.tables[0].lines.tolist(), file.rejected) == ([6, 9], ())


def test_a_repeated_header_goes_on_with_the_same_table() -> None:
    file = toa5.parse((header() + row(10) + header() + row(20) + header()).encode())
    (table,) = file.tables
    assert table.lines.tolist() == [5, 10]
    assert file.header["headers"] == toa5.parse(header().encode()).header["headers"]


@pytest.mark.parametrize(
    "other",
    [
        header(table="Hour"),
        header((*NAMES[:4], "Hum_Max", *NAMES[5:])),
        header(units=(*UNITS[:4], "Deg F", *UNITS[5:])),
        header(NAMES[:-1], UNITS[:-1], PROCESSING[:-1]),
    ],
)
def test_a_changed_header_in_mid_file_begins_another_table(other: str) -> None:
    second = row(20) if other.count("Note") else row(20).replace(',"ok"', "")
    file = toa5.parse((header() + row(10) + other + second + header() + row(30)).encode())
    assert [table.lines.tolist() for table in file.tables] == [[5, 15], [10]]
    assert file.rejected == ()
    assert len(toa5.parse((header() + other).encode()).header["headers"]) == 2  # type: ignore[arg-type]


def test_rows_of_two_loggers_in_one_file_are_refused() -> None:
    with pytest.raises(FormatError) as caught:
        toa5.parse((header() + row(10) + header(serial="4712") + row(20)).encode())
    assert (caught.value.what, caught.value.where) == ("rows of two loggers in one file: '4711', then '4712'", "line 6")


def test_a_header_that_is_still_being_written_at_the_end_costs_nothing() -> None:
    file = toa5.parse((header() + row(10) + header()[:150]).encode())
    assert file.tables[0].lines.tolist() == [5]
    assert [(line.line, line.readings) for line in file.rejected] == [(6, 0), (7, 0), (8, 0)]
    assert file.rejected[-1].reason.endswith(toa5.STILL_WRITTEN)


def test_a_file_of_a_header_alone_holds_no_readings() -> None:
    file = toa5.parse(header().encode())
    assert (file.tables, file.rejected, file.logger) == ((), (), "4711")


TYPES = '"","","FP2","FP2","FP2","SecNano","ASCII(8)"\n'  # as TOB1 has them


def lines_without(number: int) -> str:
    return "".join(line for at, line in enumerate(header().splitlines(keepends=True), 1) if at != number) + row(10)


@pytest.mark.parametrize(
    ("content", "what", "where"),
    [
        (row(10), "'2024-03-01 00:10:00' found, 'TOA5' expected", "line 1"),
        (lines_without(2), "the first column is named 'TS', 'TIMESTAMP' expected", "line 2"),
        (
            lines_without(3),
            "the line of processing begins with '2024-03-01 00:10:00', an empty field expected",
            "line 4",
        ),
        (
            lines_without(4),
            "the line of processing begins with '2024-03-01 00:10:00', an empty field expected",
            "line 4",
        ),
        (
            header(units=PROCESSING, processing=UNITS),
            "the line of processing begins with 'TS', an empty field expected",
            "line 4",
        ),
        (
            header() + TYPES + row(10),
            "a further header line found, a row with its timestamp expected after 4 header lines",
            "line 5",
        ),
        (header(names=("TIMESTAMP", "RECORD", "", *NAMES[3:])) + row(10), "column 3 has no name", "line 2"),
    ],
)
def test_a_wrong_header_is_an_error_that_says_where(content: str, what: str, where: str) -> None:
    with pytest.raises(FormatError) as caught:
        toa5.parse(content.encode())
    assert (caught.value.what, caught.value.where) == (what, where)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("processing", "names", "statistic"),
    [
        ("Avg", ["x", "x_Max"], "avg"),
        ("Std", ["x"], "sd"),
        ("Tot", ["x"], "sum"),
        ("Med", ["x"], "median"),
        ("Smp", ["x", "x_Avg"], None),
        ("Cov", ["x"], None),
        ("", ["BattV_Min", "Min", "T_Min(3)", "T_Min(1,2)"], "min"),
        ("", ["x", "Admin"], None),
        ("WVc", ["Dir78mSStd", "W_SD1_WVT"], "sd"),
        ("WVc", ["W_S_WVT", "W_D1_WVT"], "avg"),
        ("WVc", ["Dir78mS"], None),
    ],
)
def test_the_statistic_is_what_the_header_says(processing: str, names: Sequence[str], statistic: str | None) -> None:
    assert {statistic_of(name, processing) for name in names} == {statistic}
