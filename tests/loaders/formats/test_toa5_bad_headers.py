"""TOA5 files with a header in mid-file that can't be read: what stands before and behind it still counts."""

from __future__ import annotations

import pytest

from loaders import pieces
from loaders.formats import toa5
from loaders.formats.source import Bytes
from loaders.pieces import End, Piece
from tests.loaders.formats.toa5_files import header, row

BAD = header().replace('"Spd_Std"', '"Spd_Avg"')
CONTENT = (header() + row(10) + BAD + row(20) + row(30) + header() + row(40)).encode()
WHY = "two columns are named 'Spd_Avg', each name once expected"


def lines(found: list[Piece]) -> list[int]:
    return [line for piece in found for table in piece.file.tables for line in table.lines.tolist()]


def rejected(found: list[Piece]) -> list[tuple[int, int]]:
    return [(bad.line, bad.readings) for piece in found for bad in piece.file.rejected]


def test_rows_below_a_header_that_cannot_be_read_are_rejected_and_others_count() -> None:
    file = toa5.parse(CONTENT)
    (table,) = file.tables
    assert table.lines.tolist() == [5, 16]
    assert [(bad.line, bad.readings) for bad in file.rejected] == [(6, 0), (7, 0), (8, 0), (9, 0), (10, 6), (11, 6)]
    assert {bad.reason for bad in file.rejected} == {WHY, f"a row below a header that can't be read: {WHY}"}
    assert str(file.rejected[-1].timestamp).startswith("2024-03-01T00:30")


@pytest.mark.parametrize("size", [300, 700, 900])
def test_a_file_read_in_pieces_says_the_same(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", size)
    found = list(pieces.read(toa5, Bytes(CONTENT)))
    assert len(found) > 1
    assert lines(found) == [5, 16]
    assert rejected(found) == [(6, 0), (7, 0), (8, 0), (9, 0), (10, 6), (11, 6)]


def test_what_is_appended_below_such_a_header_is_rejected_up_to_the_next() -> None:
    before = (header() + row(10) + BAD).encode()
    (first,) = pieces.read(toa5, Bytes(before))
    assert (lines([first]), rejected([first])) == ([5], [(6, 0), (7, 0), (8, 0), (9, 0)])
    assert first.end == End((header() + BAD).encode(), 8, b"", 9)
    (second,) = pieces.read(toa5, Bytes(CONTENT[len(before) :]), first.end)
    assert (lines([second]), rejected([second])) == ([16], [(10, 6), (11, 6)])
    assert second.end == End(header().encode(), 4, b"", 16)
