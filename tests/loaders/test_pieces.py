"""Pieces of a file: what holds for the whole of it is asked of all together."""

from __future__ import annotations

import pytest

from loaders import pieces
from loaders.formats import toa5 as toa5_format
from loaders.formats.frame import FormatError
from loaders.formats.source import Bytes
from tests.loaders.campaign import toa5


def test_rows_of_two_loggers_in_different_pieces_are_an_error_with_place_and_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = toa5({step: [1.0] for step in range(50)})
    second = toa5({step: [1.0] for step in range(50, 100)}, serial="4712")
    monkeypatch.setattr(pieces, "PIECE_BYTES", len(first))
    with pytest.raises(FormatError) as caught:
        list(pieces.read(toa5_format, Bytes(first + second)))
    assert caught.value.what == "rows of two loggers in one file: '4711', then '4712'"
    assert caught.value.where == "line 55"
    assert caught.value.remedy
