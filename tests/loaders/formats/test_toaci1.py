"""TOACI1 as LoggerNet writes it; what it shares with TOA5 is tested there."""

import json
from contextlib import suppress
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.formats import toa5, toaci1
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError
from tests.loaders.formats.toa5_files import quoted, readings_in, values_of

NAMES = ("TMSTAMP", "RECNBR", "Ta_6_AVG", "WD_D1_WVT", "Rain_TOT", "Ta_6_TMX", "Batt", "Note")


def header(names: tuple[str, ...] = NAMES, table: str = "Ten") -> str:
    return quoted(("TOACI1", "Hill", table)) + "\r\n" + quoted(names) + "\r\n"


def row(minute: int, temperature: str = "5.5", battery: str = "12.9") -> str:
    return f'"2024-03-01 00:{minute}:00",{minute},{temperature},270,0.2,"2024-03-01 00:03:12",{battery},"ok"\r\n'


def test_statistics_are_the_endings_of_names_and_there_are_no_units_and_no_serial() -> None:
    file = toaci1.parse((header() + row(10) + row(20)).encode())
    (table,) = file.tables
    assert [(column.name, column.unit, column.statistic) for column in table.columns] == [
        ("Ta_6_AVG", "", "avg"),
        ("WD_D1_WVT", "", "avg"),
        ("Rain_TOT", "", "sum"),
        ("Batt", "", None),
    ]
    assert (table.name, file.logger, table.lines.tolist()) == ("Ten", None, [3, 4])
    assert table.timestamps.tolist() == [datetime(2024, 3, 1, 0, 10), datetime(2024, 3, 1, 0, 20)]
    (told,) = json.loads(json.dumps(file.header))["headers"]
    assert (told["station"], told["table"], told["line"]) == ("Hill", "Ten", 1)


def test_its_rows_are_read_as_those_of_toa5() -> None:
    toa5_header = "".join(
        quoted(line) + "\n"
        for line in (
            ("TOA5", "Hill", "CR23X-TD", "1", "1", "a", "1", "Ten"),
            ("TIMESTAMP", "RECORD", *NAMES[2:]),
            ("TS", "RN", *[""] * 6),
            ("", "", "Avg", "WVc", "Tot", "TMx", "Smp", "Smp"),
        )
    )
    rows = row(10) + row(20, temperature='"NAN"') + row(30, temperature="") + row(40, temperature="-6999")
    (short,), (long,) = (
        toaci1.parse((header() + rows).encode()).tables,
        toa5.parse((toa5_header + rows).encode()).tables,
    )
    assert short.timestamps.tolist() == long.timestamps.tolist()
    assert [column.name for column in short.columns] == [column.name for column in long.columns]
    for one, other in zip(short.values, long.values, strict=True):
        assert np.array_equal(one, other, equal_nan=True)


def test_bad_lines_and_cells_are_rejected_with_their_readings() -> None:
    content = (
        header() + row(10) + row(20, battery="ERR") + row(30)[:40] + "\r\n" + row(40).replace("2024-03", "2024-13")
    )
    file = toaci1.parse(content.encode())
    assert [(line.line, line.readings) for line in file.rejected] == [(4, 1), (5, 4), (6, 4)]
    assert values_of(file, "Ta_6_AVG") == [5.5, 5.5]
    assert readings_in(file) == 16


def test_record_numbers_may_be_left_out() -> None:
    content = quoted(("TOACI1", "Hill", "Ten")) + "\n" + quoted(("TMSTAMP", "Batt")) + '\n"2024-03-01 00:10:00",12.5\n'
    assert values_of(toaci1.parse(content.encode()), "Batt") == [12.5]


def test_a_header_in_mid_file_goes_on_with_its_table_and_one_at_the_end_may_be_unfinished() -> None:
    file = toaci1.parse(
        (header() + row(10) + header(table="Day") + row(20) + header() + row(30) + '"TOACI1","Hi').encode()
    )
    assert [(table.name, table.lines.tolist()) for table in file.tables] == [("Ten", [3, 9]), ("Day", [6])]
    assert [(line.line, line.readings) for line in file.rejected] == [(10, 0)]
    assert file.rejected[0].reason.endswith(toa5.STILL_WRITTEN)


@pytest.mark.parametrize(
    ("content", "what", "where"),
    [
        (quoted(("TOACI1", "Hill")) + "\n" + quoted(NAMES), "2 fields in the first line, 3 expected", "line 1"),
        (quoted(("TOACI1", "Hill", "Ten")) + "\n", "the header ends after 1 of 2 lines", "line 2"),
        (
            header(("idstod", "t1", "rh10")),  # rows of a mixed-array logger under such a header do exist
            "the first column is named 'idstod', 'TMSTAMP' expected",
            "line 2",
        ),
        (header((*NAMES, "Batt")), "two columns are named 'Batt', each name once expected", "line 2"),
        (header((*NAMES, "")), "column 9 has no name", "line 2"),
    ],
)
def test_a_wrong_header_is_an_error_that_says_where(content: str, what: str, where: str) -> None:
    with pytest.raises(FormatError) as caught:
        toaci1.parse((content + row(10)).encode() if content.endswith("\r\n") else content.encode())
    assert (caught.value.what, caught.value.where) == (what, where)
    assert caught.value.remedy


def test_it_is_told_by_its_first_word() -> None:
    assert detect(header().encode()) is toaci1
    assert detect(("\ufeff" + header().replace('"', "")).encode()) is toaci1


@settings(max_examples=300)
@given(st.integers(0, 200), st.binary(max_size=60), st.integers(0, 60))
def test_nothing_but_a_format_error_is_raised_whatever_the_file_is(at: int, garbage: bytes, cut: int) -> None:
    content = (header() + row(10) + row(20)).encode()
    with suppress(FormatError):
        toaci1.parse(content[:at] + garbage + content[at + cut :])
