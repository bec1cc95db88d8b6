"""A file's last row may have been cut where no line ends behind it, and only there, however the file is read."""

from __future__ import annotations

import pytest

from loaders import parsing, pieces
from loaders.formats import toa5
from loaders.formats.detect import Format
from loaders.formats.source import Bytes
from loaders.formats.text import decode_lines
from loaders.pieces import LINE_ENDS
from tests.loaders.campaign import toa5 as of_logger
from tests.loaders.test_pieces_of_large_files import FILES, MODULES, pieces_of

# what has parts ends in information, none of which is a row
TEXTS = sorted(name for name, module in MODULES.items() if pieces.is_text(module) and not pieces.has_parts(module))
PARTS = 5
CUT = 3  # bytes behind the last thing that stands in the file
LATE = 0.95  # of the file; in the last piece


def last_row(module: Format, content: bytes) -> tuple[int | None, int]:
    """How many lines are before a last row that may have been cut, and how many pieces the file is read in."""
    found = list(parsing.go_through(module, Bytes(content)).again())
    assert all(piece.unfinished is None for piece in found[:-1])
    unfinished = found[-1].unfinished
    return None if unfinished is None else unfinished.lines, len(found)


def with_a_bare_carriage_return(content: bytes) -> bytes:
    """A line more, by another break than the file has."""
    at = min(content.index(end, int(LATE * len(content))) for end in LINE_ENDS if end in content) + 1
    return content[:at] + b"\r" + content[at:]


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("has_carriage_return", [False, True])
def test_the_last_row_of_a_large_file_is_what_it_is_in_a_small_one(
    name: str,
    has_carriage_return: bool,  # noqa: FBT001 - a case
) -> None:
    module = MODULES[name]
    whole = with_a_bare_carriage_return(FILES[name]) if has_carriage_return else FILES[name]
    part = whole.rstrip()[:-CUT]
    before = decode_lines(part).count("\n")
    assert (last_row(module, whole)[0], last_row(module, part)[0]) == (None, before)
    with pieces_of(len(whole) // PARTS):
        (of_whole, count), (of_part, _) = last_row(module, whole), last_row(module, part)
    assert count > 1
    assert (of_whole, of_part) == (None, before)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("missing", [0, 1])
def test_the_last_row_of_a_file_that_grows_may_have_been_cut_in_any_encoding(encoding: str, missing: int) -> None:
    text = of_logger({step: [10 + step / 100] for step in range(20)}).decode().rstrip()
    content = text[: len(text) - missing].encode(encoding)
    assert last_row(toa5, content) == (text.count("\n"), 1)
    assert last_row(toa5, (text + "\r\n").encode(encoding)) == (None, 1)


def test_the_last_row_is_the_last_of_the_whole_file_where_signs_look_like_line_breaks() -> None:
    content = of_logger({0: [1.0], 1: [2.5]}).replace(b"Mast", b"Mast \xe0\xa8\x8a").decode().rstrip()
    assert last_row(toa5, content.encode("utf-16")) == (content.count("\n"), 1)
