"""Mixed-array files of CR10X and CR23X, and rows that have no header at all."""

import csv
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.formats import array_lines, headerless, mixed_array
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError, LoggerFile
from tests.loaders.formats.toa5_files import SAMPLES, needs_samples, readings_in


def parse(*rows: str, end: str = "\n") -> LoggerFile:
    return mixed_array.parse(("\n".join(rows) + end).encode())


def stamps(file: LoggerFile, table: str = "213") -> list[str]:
    (found,) = [one for one in file.tables if one.name == table]
    return [str(stamp)[:16] for stamp in found.timestamps]


def rejected(file: LoggerFile) -> list[tuple[int, int]]:
    return [(line.line, line.readings) for line in file.rejected]


def test_each_array_is_a_table_whose_columns_are_named_by_their_place() -> None:
    file = parse("213,2010,48,2200,240.2,.071", "111,2010,48,2200,-5,1,2", "213,2010,48,2210,240.3,-.5")
    assert [(table.name, [column.name for column in table.columns]) for table in file.tables] == [
        ("111", ["111_5", "111_6", "111_7"]),
        ("213", ["213_5", "213_6"]),
    ]
    assert [table.lines.tolist() for table in file.tables] == [[2], [1, 3]]
    assert file.tables[1].values[1].tolist() == [0.071, -0.5]
    assert (file.logger, file.rejected, file.timestamp_is_end_of_period) == (None, (), None)
    assert file.header == {"arrays": [{"id": "111", "columns": 7}, {"id": "213", "columns": 6}]}


@pytest.mark.parametrize(
    ("clock", "stamp"),
    [
        ("48,0", "2010-02-17T00:00"),
        ("48,5", "2010-02-17T00:05"),
        ("48,59", "2010-02-17T00:59"),
        ("48,100", "2010-02-17T01:00"),
        ("48,0930", "2010-02-17T09:30"),
        ("48,2359", "2010-02-17T23:59"),
        ("48,2400", "2010-02-18T00:00"),
        ("365,2400", "2011-01-01T00:00"),
    ],
)
def test_hours_and_minutes_need_no_zeros_and_2400_ends_the_day(clock: str, stamp: str) -> None:
    assert stamps(parse(f"213,2010,{clock},1")) == [stamp]


@pytest.mark.parametrize(
    "time", ["2010,366,0", "2010,0,100", "2010,48,60", "2010,48,2401", "2010,48,-5", "2010,4.5,0", "210,48,0"]
)
def test_what_is_no_time_is_rejected(time: str) -> None:
    file = parse("213,2010,48,1,240.2", f"213,{time},240.2", "213,2012,366,3,240.2")
    assert rejected(file) == [(2, 1)]
    assert file.rejected[0].reason == f"{time} is no time; year, day of the year and hhmm expected"


@pytest.mark.parametrize(
    ("rows", "doubtful"),
    [
        (["48,2350", "48,2400", "49,10"], []),
        (["48,2350", "49,2400", "49,10"], [2]),  # the program writes the new day
        (["49,2400", "49,10", "49,20"], [1]),
        (["48,2340", "48,2350", "49,2400"], [3]),
        (["48,2400", "49,2400", "50,2400"], []),
        (["48,2400", "50,10", "50,2400"], []),
        (["48,2350", "49,0", "49,10"], []),
        (["48,2350", "48,0", "49,10"], [2]),  # the program writes the old day
        (["48,2340", "48,2350", "48,0"], [3]),
        (["48,0", "49,0", "50,0"], []),
        (["49,0", "49,0", "49,10"], []),
        (["48,2350", "48,2400", "48,10"], []),  # the day sent once more
    ],
)
def test_a_midnight_that_the_rows_beside_it_put_elsewhere_is_rejected(rows: list[str], doubtful: list[int]) -> None:
    file = parse(*(f"213,2010,{row},240.2" for row in rows))
    assert [line.line for line in file.rejected] == doubtful
    assert all("may be the beginning or the end of it" in line.reason for line in file.rejected)


@pytest.mark.parametrize("token", ["-6999", "6999", "-7999", "7999", "-99999", "99999", "NAN", ""])
def test_the_ends_of_ranges_are_readings_recorded_as_missing(token: str) -> None:
    file = parse(f"213,2010,48,2200,{token},240.2")
    (table,) = file.tables
    assert (np.isnan(table.values[0][0]), table.values[1][0], file.rejected) == (True, 240.2, ())


@pytest.mark.parametrize("number", ["6998", "-6999.5", "69990", "7998", "9999", "1E+05"])
def test_other_numbers_are_numbers(number: str) -> None:
    assert parse(f"213,2010,48,2200,{number}").tables[0].values[0].tolist() == [float(number)]


def test_a_cell_that_is_no_number_is_rejected_and_the_rest_of_its_row_counts() -> None:
    file = parse("213,2010,48,2200,240.2,1", "213,2010,48,2210,24O.3,2", "213,2010,48,2220,240.4,3")
    assert rejected(file) == [(2, 1)]
    assert file.rejected[0].reason == "no number in 213_5; a number expected"
    assert file.tables[0].values[1].tolist() == [1, 2, 3]


def rows(*widths: int, start: int = 0) -> list[str]:
    """Rows of array 213 with so many columns, a minute apart."""
    return [
        ",".join(["213,2010,48", str(minute // 60 * 100 + minute % 60), *(f"{minute}.{at}" for at in range(width - 4))])
        for minute, width in enumerate(widths, start)
    ]


def contents(*files: LoggerFile) -> dict[tuple[str, str], float]:
    """Every reading by column and time."""
    return {
        (column.name, str(stamp)): value
        for file in files
        for table in file.tables
        for column, values in zip(table.columns, table.values, strict=True)
        for stamp, value in zip(table.timestamps, values, strict=True)
    }


@pytest.mark.parametrize("widths", [[6] * 100 + [7] * 50, [7] * 50 + [6] * 100, [6] * 5 + [7] * 5, [6] * 3 + [7]])
def test_a_logger_that_was_programmed_anew_keeps_all_its_rows(widths: list[int]) -> None:
    file = parse(*rows(*widths))
    assert (rejected(file), readings_in(file)) == ([], sum(widths) - 4 * len(widths))
    assert [table.name for table in file.tables] == ["213", "213"]
    assert [len(table.columns) + 4 for table in file.tables] == list(dict.fromkeys(widths))
    assert len(contents(file)) == readings_in(file)


def test_an_odd_row_among_others_is_rejected() -> None:
    file = parse(*rows(6, 6, 5, 6, 8, 8, 6, 6, 6))
    assert rejected(file) == [(3, 1), (5, 4), (6, 4)]
    assert file.rejected[0].reason == "5 columns found; rows of array 213 around it have 6"


def test_a_line_that_is_still_being_written_must_be_as_long_as_the_one_before() -> None:
    for before, bad in (
        ([6, 6], [(3, 1)]),
        ([6, 5], []),
        ([], [(1, 1)]),
        ([5, 6], [(3, 1)]),
        ([6, 5, 5, 6], [(2, 1), (3, 1), (5, 1)]),
    ):
        file = parse(*rows(*before, 5), end="")
        assert rejected(file) == bad
        assert not bad or file.rejected[-1].reason.endswith(mixed_array.STILL_WRITTEN)


def test_midnight_is_judged_by_the_rows_beside_it_whatever_their_length() -> None:
    file = parse("213,2010,48,2340,1", "213,2010,48,2350,1", "213,2010,49,2400,1,2", "111,2010,48,5,1")
    assert rejected(file) == [(3, 2)]


def test_rows_with_seconds_are_refused() -> None:
    seconds = [f"101,2010,48,{minute},{second},240.2" for minute in (5, 6) for second in (0, 20, 40)]
    with pytest.raises(FormatError) as caught:
        parse("213,2010,48,5,1", *seconds, "101,2010,48,7,O,1")
    assert caught.value.what.startswith("several rows of array 101 have the same minute")
    assert (caught.value.where, bool(caught.value.remedy)) == ("line 3", True)


@pytest.mark.parametrize(
    "values",
    [
        ["10,1", "10,1", "20,1"],  # a row that was sent twice
        ["10,1", "20,1", "15,1"],
        ["10,1", "20,1", "60,1"],
        ["10,1", "20.5,1", "30,1"],
        ["10,1", "-6999,1", "30,1"],
    ],
)
def test_other_rows_of_one_minute_are_not_taken_for_those_with_seconds(values: list[str]) -> None:
    assert readings_in(parse(*(f"101,2010,48,5,{value}" for value in values))) == 6


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.integers(5, 9), st.integers(array_lines.SHORTEST_LAYOUT, 12)), min_size=1, max_size=5),
    st.lists(st.integers(0, 60), max_size=6),
    st.booleans(),
)
def test_however_a_file_is_cut_its_readings_are_the_same(
    programs: list[tuple[int, int]],
    cuts: list[int],
    with_another: bool,  # noqa: FBT001  # pytest gives it by name
) -> None:
    lines = rows(*(width for width, count in programs for _ in range(count)))
    if with_another:
        lines = [line for at, row in enumerate(lines) for line in (row, f"111,2010,48,{row.split(',')[3]},{at}")]
    whole = parse(*lines)
    assert (whole.rejected, readings_in(whole)) == ((), sum(line.count(",") - 3 for line in lines))
    places = sorted({0, len(lines), *(cut for cut in cuts if cut < len(lines))})
    parts = [parse(*lines[start:end]) for start, end in pairwise(places)]
    assert all(part.rejected == () for part in parts)
    assert contents(*parts) == contents(whole)


def test_lines_that_are_no_rows_are_rejected_and_blank_ones_hold_nothing() -> None:
    rows = (
        "213,2010,48,1,2",
        "",
        "hello",
        "0,2010,48,1,2",
        '213,2010,48,"2,3',
        "123456,2010,48,1,2",
        "213,20",
        "213,2010,48,3,4",
    )
    file = parse(*rows, end="\n\n")
    assert rejected(file) == [(3, 0), (4, 1), (5, 1), (6, 1), (7, 0)]
    assert file.tables[0].lines.tolist() == [1, 8]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_change_nothing(end: str) -> None:
    content = end.join(["213,2010,48,1,2", "213,2010,48,2,3", ""]).encode()
    assert mixed_array.matches(content)
    assert mixed_array.parse(content).tables[0].lines.tolist() == [1, 2]


def test_a_file_without_any_row_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        mixed_array.parse(b"\n\nhello\n")
    assert (caught.value.what, caught.value.where) == ("no row of an array found", "line 1")


@pytest.mark.parametrize(
    ("content", "is_array"),
    [
        (b"213,2010,48,2200,240.2\n", True),
        (b"213,2010,48,2200,240.2", True),
        (b"\n\n213,1999,366,2400,1\n111,1999,1,5,1\n", True),
        (b"13,2010,48,1,1\nspoiled\n213,2010,48,2,1\n213,20", True),
        (b"213,210,48,2200,240.2\n", False),
        (b"213,2010,367,2200,240.2\n", False),
        (b"213,2010,48,2260,240.2\n", False),
        (b"213,48,2200,240.2\n", False),
        (b"a,b\n213,2010,48,2200,240.2\n", False),
        (b"", False),
    ],
)
def test_it_is_told_by_rows_that_begin_with_id_year_day_and_time(content: bytes, is_array: bool) -> None:  # noqa: FBT001  # pytest gives it by name
    assert (detect(content) is mixed_array) == is_array


@pytest.mark.parametrize(
    ("content", "columns", "line"),
    [
        (b"2022-08-05 12:00:00,1028548800,1011.0\n2022", 3, "line 1"),
        (b'\r\n\r\n"2022-08-05T12:00";1;2;3\r\n', 4, "line 3"),
        (b"2022-08-05 12:00:00.5\t1", 2, "line 1"),
    ],
)
def test_rows_without_a_header_are_refused_with_what_to_do(content: bytes, columns: int, line: str) -> None:
    assert detect(content) is headerless
    with pytest.raises(FormatError) as caught:
        headerless.parse(content)
    assert caught.value.what == f"rows without a header: {columns} columns found, and nothing says what they are"
    assert caught.value.where == line
    assert caught.value.remedy.startswith("name the file's columns in a description of its own")


@needs_samples
@pytest.mark.parametrize(
    ("name", "rows", "last"),
    [
        ("2-GndRadData.dat", {"213": 64}, "2010-02-17T23:03"),
        ("3-GndRadData.dat", {"213": 124, "111": 1}, "2010-02-18T00:03"),
    ],
)
def test_a_real_cr23xs_file_reads_as_python_reads_it(name: str, rows: dict[str, int], last: str) -> None:
    content = (SAMPLES / "loggernet_growing" / "CR23" / name).read_bytes()
    file = mixed_array.parse(content)
    assert detect(content) is mixed_array
    assert ({table.name: len(table.lines) for table in file.tables}, file.rejected) == (rows, ())
    assert stamps(file)[-1] == last
    for table in file.tables:
        expected = [line for line in csv.reader(content.decode().splitlines()) if line[0] == table.name]
        for row, (_, year, day, clock, *values) in enumerate(expected):
            hours, minutes = divmod(int(clock), 100)
            stamp = datetime(int(year), 1, 1) + timedelta(days=int(day) - 1, hours=hours, minutes=minutes)
            assert table.timestamps[row] == np.datetime64(stamp)
            assert [column[row] for column in table.values] == [float(value) for value in values]


@needs_samples
def test_real_rows_without_a_header_are_refused() -> None:
    content = (SAMPLES / "headerless_transmitted.txt").read_bytes()
    assert detect(content) is headerless
    with pytest.raises(FormatError) as caught:
        headerless.parse(content)
    assert caught.value.what.startswith("rows without a header: 49 columns found")


@needs_samples
def test_no_other_real_file_is_taken_for_one_of_these() -> None:
    told = {
        path.name
        for path in SAMPLES.parent.rglob("*")
        if path.is_file() and detect(path.read_bytes()) in (mixed_array, headerless)
    }
    assert told == {"2-GndRadData.dat", "3-GndRadData.dat", "headerless_transmitted.txt"}


cells = st.one_of(st.floats(-1e4, 1e4).map(repr), st.sampled_from(["-6999", "", "ERR", "1.2.3"]))


@settings(max_examples=200)
@given(
    st.lists(st.tuples(st.sampled_from(["213", "111"]), st.integers(1, 365), st.integers(1, 1439), cells), max_size=30)
)
def test_every_cell_is_a_reading_or_rejected_on_its_line(rows: list[tuple[str, int, int, str]]) -> None:
    lines = [f"{number},2011,{day},{100 * (minute // 60) + minute % 60},7,{cell}" for number, day, minute, cell in rows]
    if not lines:
        return
    file = parse(*lines)
    bad = [at for at, (*_, cell) in enumerate(rows, 1) if cell in ("ERR", "1.2.3")]
    assert rejected(file) == [(at, 1) for at in bad]
    assert readings_in(file) == 2 * len(rows)
    assert sum(len(table.lines) for table in file.tables) == len(rows)


@settings(max_examples=300)
@given(st.integers(0, 120), st.binary(max_size=60), st.integers(0, 60))
def test_nothing_but_a_format_error_is_raised_whatever_the_file_is(at: int, garbage: bytes, cut: int) -> None:
    content = "".join(f"213,2010,48,{minute},240.2,.5\n111,2010,48,{minute},1\n" for minute in range(3)).encode()
    for module in (mixed_array, headerless):
        with suppress(FormatError):
            module.parse(content[:at] + garbage + content[at + cut :])
