"""Large files of which the bytes are odd: in UTF-16, with marks in the midst, with zeros at the end, without rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders import parsing, pieces
from loaders.formats import ammonit, ammonit_parts, logr, molas, recoded, source, windographer
from loaders.formats.frame import FormatError
from loaders.formats.source import Bytes
from loaders.formats.text import MARK, decode_lines
from tests.loaders.formats.nrg_files import LOG
from tests.loaders.test_pieces_of_large_files import (
    MODULES,
    SHORT_FILES,
    TAKE_SEVERAL,
    in_pieces,
    pieces_of,
    whole,
)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
@pytest.mark.parametrize(
    "name", [name for name in sorted(SHORT_FILES) if pieces.is_text(MODULES[name]) and name != "csixml"]
)
def test_a_large_file_of_two_bytes_a_character_is_read_in_pieces(
    name: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = molas.decode(SHORT_FILES[name]) if name == "molas" else decode_lines(SHORT_FILES[name]).split("\n")
    text = "\n".join(lines)
    content = ("\ufeff" if encoding == "utf-16-be" else "").encode(encoding) + f"{text}\U0001f32c".encode(encoding)
    monkeypatch.setattr(source, "BLOCK_BYTES", 999)
    monkeypatch.setattr(recoded, "BLOCK_BYTES", 999)
    with pieces_of(len(content) // 12):
        assert in_pieces(MODULES[name], content) == whole(MODULES[name], content)


@pytest.mark.parametrize("name", [name for name in TAKE_SEVERAL if name != "csixml"])  # no XML has such marks
def test_appended_files_that_begin_with_a_mark_are_cut_there(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = MARK + SHORT_FILES[name].rstrip(b"\r\n") + b"\n"
    content = one + MARK + one * 5
    monkeypatch.setattr(pieces, "MOST_WHOLE", 2 * len(one))  # longer than that no piece may become
    with pieces_of(len(one) // 3):
        assert in_pieces(MODULES[name], content) == whole(MODULES[name], content)


@given(st.text("aä€\n\U0001f32c", max_size=60), st.integers(0, 200), st.integers(0, 200), st.integers(1, 9))
def test_any_part_of_a_recoded_text_is_that_of_the_whole(text: str, start: int, end: int, block: int) -> None:
    content = text.encode("utf-16")[: len(text) * 2 + 1]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(source, "BLOCK_BYTES", block)
        patched.setattr(recoded, "BLOCK_BYTES", block)
        found = recoded.as_utf8(Bytes(content))
        expected = content.decode("utf-16", errors="replace").encode() if len(content) > 1 else content
        assert (found.size, found.read(start, end)) == (len(expected), expected[start:end])


@pytest.mark.parametrize("zeros", [1, 700, 40_000])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_zeros_that_a_power_cut_left_at_the_end_are_no_piece_that_never_ends(
    zeros: int, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = SHORT_FILES["windographer"].decode("cp1252").encode(encoding)
    for module in (source, recoded):
        monkeypatch.setattr(module, "BLOCK_BYTES", 999)
    monkeypatch.setattr(pieces, "MOST_WHOLE", 2000)
    monkeypatch.setattr(parsing, "MOST_WHOLE", 2000)
    with pieces_of(1000):
        found = in_pieces(windographer, content + bytes(zeros + zeros % 2))
    assert found.rows == whole(windographer, content).rows


@given(st.binary(max_size=40), st.integers(0, 60), st.integers(1, 9))
def test_of_zeros_at_the_end_one_stays(content: bytes, zeros: int, block: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(source, "BLOCK_BYTES", block)
        found = source.without_zeros_at_end(Bytes(content + bytes(zeros)))
    rest = (content + bytes(zeros)).rstrip(b"\x00")
    expected = rest + b"\x00"[: len(content) + zeros - len(rest)]
    assert (found.size, found.read(0, 1000)) == (len(expected), expected)


def test_the_events_of_a_large_log_are_counted_once() -> None:
    content = (LOG + LOG.splitlines(keepends=True)[-1] * 500).encode()
    with pieces_of(400):
        found = list(parsing.go_through(logr, Bytes(content)).again())
    assert len(found) > len(content) // 1000
    assert {piece.file.header["events"] for piece in found} == {logr.parse(content).header["events"]}


def test_a_large_file_of_rows_that_no_names_lead_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"[Sensor_1]\nheight=10\n" + b"2024-01-01 00:00:00;1.0\n" * 50
    assert len(ammonit.parse(content).rejected) == 50
    monkeypatch.setattr(ammonit_parts, "MOST_NAMELESS", 40)
    with pytest.raises(FormatError, match="40 rows before any line of names") as caught:
        ammonit.parse(content)
    assert caught.value.where == "line 3"
