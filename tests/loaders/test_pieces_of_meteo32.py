"""Meteo-32 rows in pieces: each counts its periods from where the whole does, also with their information elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.companions import RowsWithInformation
from loaders.formats import meteo32
from loaders.formats.detect import Format
from loaders.formats.text import MARK
from tests.loaders.test_pieces_of_large_files import Told, in_pieces, loaded, outcome, pieces_of, together, whole

INFORMATION = b"s1a s1x d1a\r\ns1_slope=0477 s1_offset=0025\r\n"
ROW = "43 78 200"
STARTS = (
    "T 01/21/10 00:00:00 1*600 V5.0 C080765",
    "T 02/28/12 23:50:00 2*300 V5.0 C080765",
    "T 12/31/99 12:00:00 1*60 V5.1 C080765",
)
WRONG_STARTS = ("T 01/21/10 00:00:00 1*600 V5.0 C080766", "T 13/45/10 00:00:00 1*600 V5.0 C080765", "T ")
ends = st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"])
rows = st.sampled_from([ROW] * 12 + ["", " ", "43 78", "x 78 200", '43 "78 200', "43 78\x00 200", "s1a s1x", *STARTS])
lines = st.lists(rows, max_size=60)


def written(lines: list[str], end: str) -> bytes:
    return "".join(line + end for line in lines).encode()


def told_by_pieces(module: Format, content: bytes) -> Told:
    """What all pieces tell; where one can't be read, its own error and not that of the whole."""
    return together(module, content)[0]


def with_information_above(content: bytes) -> tuple[Format, bytes]:
    return meteo32, meteo32.joined(INFORMATION, content)


def with_information_elsewhere(content: bytes) -> tuple[Format, bytes]:
    return RowsWithInformation(INFORMATION), content


def behind_a_mark(content: bytes) -> tuple[Format, bytes]:
    return RowsWithInformation(MARK + INFORMATION), MARK + content


Form = Callable[[bytes], tuple[Format, bytes]]
FORMS: tuple[Form, ...] = (with_information_above, with_information_elsewhere, behind_a_mark)


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None)
@given(st.sampled_from(STARTS), lines, ends, st.integers(1, 12))
def test_whatever_stands_in_the_rows_is_in_pieces_what_it_is_in_the_whole(
    form: Form, start: str, lines: list[str], end: str, rows: int
) -> None:
    module, content = form(written([start, *lines], end))
    expected = outcome(whole, module, content)
    with pieces_of(rows * (len(ROW) + len(end))):
        assert outcome(told_by_pieces, module, content) == expected


@pytest.mark.parametrize("form", FORMS)
def test_appended_files_go_on_by_their_own_times(form: Form) -> None:
    part = [ROW] * 300
    module, content = form(written([STARTS[0], *part, "", "x", *part, "", STARTS[1], *part, *part, "", ""], "\r\n"))
    with pieces_of(1500):
        found = in_pieces(module, content)
    assert found == whole(module, content)
    assert len(found.rejected) == 2
    assert found.header["start"] == "2010-01-21T00:00:00.000000"


@pytest.mark.parametrize("wrong", WRONG_STARTS)
@pytest.mark.parametrize("form", FORMS)
def test_a_first_line_that_cannot_be_is_the_error_of_the_whole(form: Form, wrong: str) -> None:
    module, content = form(written([STARTS[0], *[ROW] * 300, wrong, *[ROW] * 300], "\n"))
    expected = outcome(whole, module, content)
    assert isinstance(expected, tuple)
    with pieces_of(1000):
        assert outcome(loaded, module, content) == expected


def test_rows_after_the_last_year_that_a_first_line_can_have_are_those_of_the_whole() -> None:
    module, content = with_information_above(written([STARTS[2], *[ROW] * 2000], "\n"))
    with pieces_of(3000):
        found = outcome(loaded, module, content)
    assert found == outcome(whole, module, content)
