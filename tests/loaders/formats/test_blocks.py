"""Files that were appended to each other."""

import re

import pytest

from loaders.formats import blocks
from loaders.formats.frame import FormatError

HEADER = re.compile(r"^H=", re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("H=1\na\n", [(1, "H=1\na\n")]),
        ("\nH=1\na\nH=2\nb", [(1, "\nH=1\na\n"), (4, "H=2\nb")]),
        (" H=1\na\nH=2\nb", [(1, " H=1\na\n"), (3, "H=2\nb")]),
        ("no header", [(1, "no header")]),
        ("", [(1, "")]),
    ],
)
def test_a_file_is_cut_before_each_header_but_the_first(text: str, pieces: list[tuple[int, str]]) -> None:
    assert [(block.first_line, block.text) for block in blocks.cut(text, HEADER)] == pieces


def test_all_headers_have_one_name() -> None:
    assert blocks.the_logger([("a", 1), ("a", 9)]) == "a"
    assert blocks.the_logger([(None, 1)]) is None
    with pytest.raises(FormatError) as caught:
        blocks.the_logger([("a", 1), (None, 9)])
    assert (caught.value.what, caught.value.where) == (
        "rows of two instruments in one file: 'a', then 'None'",
        "line 9",
    )
