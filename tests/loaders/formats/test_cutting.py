"""Where text files are cut: what stands on either side has the lines that it has in the whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loaders.formats import cutting
from loaders.formats.text import decode_lines

NAMES = b"names\n"
texts = st.text(["1", " ", "\r", "\n"]).map(str.encode)


@given(texts, texts)
def test_no_line_break_is_cut_in_two_whatever_follows(content: bytes, more: bytes) -> None:
    found = cutting.written_once(NAMES + content, lambda _: 1)
    if found is not None:
        file = NAMES + content + more
        above, below = decode_lines(file[: found.at]), decode_lines(file[found.at :])
        assert above + below == decode_lines(file)
        assert (above[-1], above.count("\n")) == ("\n", found.lines)


@given(texts, st.integers(0, 9))
def test_first_lines_are_as_long_as_they_are_in_the_file(content: bytes, lines: int) -> None:
    lines = min(lines, decode_lines(content.rstrip(b"\r")).count("\n"))
    at = sum(len(line) + 1 for line in cutting.first_lines(content, lines))
    assert decode_lines(content[:at]) + decode_lines(content[at:]) == decode_lines(content)
    assert decode_lines(content[:at]).count("\n") == lines
