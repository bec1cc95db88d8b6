"""Formats are told by content; what no module knows is no format."""

import pytest

from loaders.formats import toa5
from loaders.formats.detect import FORMATS, detect
from loaders.formats.text import decode, decode_lines
from tests.loaders.formats.toa5_files import SAMPLES, header, needs_samples


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("quote", ['"', ""])
def test_toa5_is_told_by_its_first_word(start: str, quote: str) -> None:
    assert detect((start + header().replace('"', quote)).encode()) is toa5


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b'"TOA6","a"', b"TOA55,a", b'"TIMESTAMP","TOA5"', b"\x00" * 500, b"PK\x03\x04"]
)
def test_what_no_module_knows_has_no_format(content: bytes) -> None:
    assert detect(content) is None


def test_every_format_has_a_name_of_its_own() -> None:
    names = [module.NAME for module in FORMATS]
    assert len(set(names)) == len(names)


@needs_samples
def test_of_the_real_files_those_that_are_toa5_are_told() -> None:
    told = {path.name for path in SAMPLES.parent.rglob("*") if path.is_file() and detect(path.read_bytes()) is toa5}
    by_hand = {path.name for path in SAMPLES.rglob("*") if path.is_file() and b"TOA5" in path.read_bytes()[:8]}
    assert told == by_hand
    assert "demo_mast.csv" in told
    assert "headerless_transmitted.txt" not in told


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("°C".encode(), "°C"),
        ("°C".encode("utf-8-sig"), "°C"),
        ("°C".encode("cp1252"), "°C"),
        ("°C".encode("utf-16"), "°C"),
        ("°C\n".encode() + "°F".encode("cp1252"), "°C\n°F"),
        (b"a\x81b", "a\ufffdb"),
        (b"a\x00b", "a\ufffdb"),
        (b"\xff\xfea", "\ufffd"),
    ],
)
def test_text_is_decoded_by_mark_then_utf_8_then_cp1252(content: bytes, text: str) -> None:
    assert decode(content) == text


def test_all_line_ends_become_one() -> None:
    assert decode_lines(b"a\r\nb\rc\nd") == "a\nb\nc\nd"
