"""What files go through before any parser sees their lines: marks, and breaks that a transfer doubled."""

from __future__ import annotations

import pytest

from loaders.formats import toa5, toaci1
from loaders.formats.frame import Cut
from loaders.formats.text import decode_lines, line_breaks
from tests.loaders.formats.toa5_files import header, row

MARK = b"\xef\xbb\xbf"
SWAPPED = header(
    ("TIMESTAMP", "RECORD", "Spd_Std", "Spd_Avg", "Temp_Max", "Temp_TMx", "Note"),
    ("TS", "RN", "m/s", "m/s", "Deg C", "", ""),
    ("", "", "Std", "Avg", "Max", "TMx", "Smp"),
)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (MARK + b"a\n" + MARK + b"b\n", "a\nb\n"),
        (MARK + b"a\r\n" + MARK + b"b\r\n", "a\nb\n"),
        (b"a\r" + MARK + b"b", "a\nb"),
        (b"a\n" + MARK + b"b \xb0C", "a\nb °C"),  # this line is cp1252 but for its mark
        ("a\r\n".encode("utf-16") + "b".encode("utf-16"), "a\nb"),
        (b"a" + MARK + b"b", "a\ufeffb"),
        (b"a\r\r\nb\r\r\n", "a\nb\n"),
        (b"a\r\rb\r\n", "a\n\nb\n"),
    ],
)
def test_marks_before_lines_and_doubled_returns_are_no_text(content: bytes, text: str) -> None:
    assert decode_lines(content) == text


@pytest.mark.parametrize("content", [b"a\r\r\nb\r\r\n", b"a\r\r\r\nb", b"a\rb\r\nc\n", b"\r\r\n\r\r\n\r\n\r"])
def test_a_cut_counts_the_lines_that_a_parser_sees(content: bytes) -> None:
    assert line_breaks(content, len(content)) == decode_lines(content).count("\n")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_of_two_bytes_a_character_ends_once(encoding: str, end: str) -> None:
    content = ("\ufeff" + end.join(["a", "b", "c"])).encode(encoding)
    behind_last_break = max(content.rfind(b"\n"), content.rfind(b"\r")) + 1
    assert line_breaks(content, behind_last_break) == line_breaks(content, len(content)) == 2


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_later_header_behind_a_mark_begins_a_block_of_its_own(end: str) -> None:
    first, second = header() + row(10), SWAPPED + row(20, speed="0.5", deviation="6")
    marked = MARK + first.replace("\n", end).encode() + MARK + second.replace("\n", end).encode()
    file = toa5.parse(marked)
    assert file.rejected == ()
    assert [table.columns[0].name for table in file.tables] == ["Spd_Avg", "Spd_Std"]
    assert [table.values[0].tolist() for table in file.tables] == [[5.5], [0.5]]


def test_a_file_is_cut_under_a_later_header_behind_a_mark() -> None:
    content = MARK + (header() + row(10)).encode() + MARK + (SWAPPED + row(20)).encode()
    cut = toa5.cut(content + b'"2024-03')
    assert cut == Cut(len(content), 10, MARK + SWAPPED.encode(), 4)
    old = b'"TOACI1","Hill","Ten"\n"TMSTAMP","a"\n"2024-03-01 00:10:00",1\n'
    other = b'"TOACI1","Hill","Ten"\n"TMSTAMP","b"\n'
    (first, second) = toaci1.parse(MARK + old + MARK + other + b'"2024-03-01 00:20:00",2\n').tables
    assert (first.columns[0].name, second.columns[0].name) == ("a", "b")
    assert toaci1.cut(MARK + old + MARK + other) == Cut(len(MARK + old + MARK + other), 5, MARK + other, 2)


def test_a_file_whose_line_ends_a_mail_doubled_is_read_like_the_original() -> None:
    original = header() + row(10) + row(20)
    file = toa5.parse(original.replace("\n", "\r\r\n").encode())
    assert (file.rejected, file.tables[0].lines.tolist()) == ((), [5, 6])


def test_blank_lines_before_the_header_are_counted_and_are_nothing_else() -> None:
    content = ("\n\n" + header() + row(10)).encode()
    assert (toa5.matches(content), toa5.parse(content).tables[0].lines.tolist()) == (True, [7])
    assert toa5.cut(content) == Cut(len(content), 7, header().encode(), 4)
