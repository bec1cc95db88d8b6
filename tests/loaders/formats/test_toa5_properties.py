"""What must hold for any TOA5 file, whatever stands in it."""

from contextlib import suppress
from typing import NamedTuple

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from loaders.formats import toa5
from loaders.formats.frame import FormatError, LoggerFile
from tests.loaders.formats.toa5_files import header, readings_in

NAMES = ("TIMESTAMP", "RECORD", "Spd_Avg", "Spd_Max", "Note")
HEADER = header(NAMES, ("TS", "RN", "m/s", "m/s", ""), ("", "", "Avg", "Max", "TMx"))
READINGS = 2  # columns of quantities: the notes never are


class Line(NamedTuple):
    """A line, and what must be found in it: None where the whole line must be rejected, else its two cells."""

    text: str
    cells: tuple[float | str, float | str] | None


numbers = st.one_of(st.floats(-1e6, 1e6).map(repr), st.integers(-9999, 9999).map(str))
missing = st.sampled_from(["NAN", '"NAN"', "", "INF", "nan"])
broken = st.sampled_from(["ERR", "1.2.3", "12 V", "--", "1e999", '"x, y"'])
notes = st.sampled_from(["ok", '"a, b"', '"two\nlines"', '"said ""no"""'])


@st.composite
def lines(draw: st.DrawFn) -> Line:
    stamp = f'"2024-03-{draw(st.integers(1, 31)):02d} {draw(st.integers(0, 23)):02d}:10:00"'
    cells = [draw(st.one_of(numbers, numbers, missing, broken)) for _ in range(READINGS)]
    text = ",".join([stamp, "1", *cells, draw(notes)])
    match draw(st.sampled_from(["good"] * 6 + ["short", "long", "no day"])):
        case "short":
            return Line(stamp + ",1,2", None)
        case "long":
            return Line(text + ",7", None)
        case "no day":
            return Line(text.replace("2024-03", "2024-13"), None)
        case _:
            return Line(text, (meaning(cells[0]), meaning(cells[1])))


def meaning(cell: str) -> float | str:
    """The number, nan for a missing one, the text itself for what must be rejected."""
    if cell.strip('"').upper() in ("NAN", "", "INF"):
        return float("nan")
    try:
        number = float(cell)
    except ValueError:
        return cell
    return number if np.isfinite(number) else cell


def found(file: LoggerFile) -> list[tuple[int, tuple[float | str, ...]]]:
    """Line and cells of all rows, with 'rejected' where a cell is."""
    return [
        (int(table.lines[row]), tuple("rejected" if bad[row] else float(column[row]) for column, bad in cells))
        for table in file.tables
        for cells in [list(zip(table.values[:READINGS], table.rejected_cells[:READINGS], strict=True))]
        for row in range(len(table.timestamps))
    ]


@given(st.lists(lines(), max_size=30), st.sampled_from(["\n", "\r\n"]))
def test_every_cell_is_a_reading_or_rejected_and_stands_on_its_line(content: list[Line], end: str) -> None:
    text = HEADER + "".join(line.text + "\n" for line in content)
    file = toa5.parse(text.replace("\n", end).encode())
    expected, rejected, number = [], [], 5
    for line in content:
        if line.cells is None:
            rejected.append((number, READINGS))
        else:
            expected.append((number, tuple("rejected" if isinstance(cell, str) else cell for cell in line.cells)))
            bad = sum(isinstance(cell, str) for cell in line.cells)
            rejected += [(number, bad)] if bad else []
        number += line.text.count("\n") + 1
    assert repr(found(file)) == repr(expected)  # as text, since nan differs from itself
    assert sorted((line.line, line.readings) for line in file.rejected if line.readings) == rejected
    assert readings_in(file) == READINGS * len(content)


@given(st.lists(lines(), max_size=20), st.integers(0, 20))
def test_a_file_cut_between_two_lines_says_the_same_in_two_pieces(content: list[Line], cut: int) -> None:
    text = [line.text + "\n" for line in content]
    whole = toa5.parse((HEADER + "".join(text)).encode())
    pieces = [toa5.parse((HEADER + "".join(part)).encode()) for part in (text[:cut], text[cut:])]
    together = [cells for piece in pieces for _, cells in found(piece)]
    assert repr(together) == repr([cells for _, cells in found(whole)])
    assert sum(readings_in(piece) for piece in pieces) == readings_in(whole)


@given(st.lists(lines(), max_size=10), st.binary(max_size=40), st.floats(0, 1))
def test_bytes_that_a_failing_disk_puts_into_a_file_cost_no_row_before_them(
    content: list[Line], garbage: bytes, place: float
) -> None:
    before = (HEADER + "".join(line.text + "\n" for line in content)).encode()
    at = len(HEADER) + int(place * (len(before) - len(HEADER)))
    intact = toa5.parse(before[: before.rindex(b"\n", 0, at) + 1])
    try:
        damaged = toa5.parse(before[:at] + garbage + before[at:])
    except FormatError:
        return
    assert repr(found(damaged)[: len(found(intact))]) == repr(found(intact))


@given(st.one_of(st.binary(max_size=300), st.text('"\n\r,TOA5 0123-:.eNAN', max_size=300).map(str.encode)))
@example(b'"\n')
@example(b"\n" * 30 + b'"\n')
@example(b'2024-03-01 00:10:00,1,2,3,"' + b"x" * 2_000_000 + b'"\n')
def test_nothing_but_a_format_error_is_raised_whatever_follows_the_header(content: bytes) -> None:
    with suppress(FormatError):
        toa5.parse(HEADER.encode() + content)


@given(st.binary(max_size=300))
def test_nothing_but_a_format_error_is_raised_whatever_the_file_is(content: bytes) -> None:
    for start in (b"", b'"TOA5"', b"TOA5,a,b,c,d,e,f,g\nTIMESTAMP,"):
        with suppress(FormatError):
            toa5.parse(start + content)
