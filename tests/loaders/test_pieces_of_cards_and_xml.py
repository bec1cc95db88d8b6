"""TOB2, TOB3 and CSIXML in pieces: whatever is stale or broken in them, they tell what the whole does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.formats import csixml, tob2, tob3
from loaders.formats.detect import Format
from tests.loaders.formats.test_csixml import END, FIELDS, head, row
from tests.loaders.formats.test_tob_real_files import CASES, FOLDER
from tests.loaders.formats.toa5_files import SAMPLES, needs_samples
from tests.loaders.formats.tob_files import (
    STAMP,
    frame,
    frame_of_parts,
    part,
    tob3_header,
    without_stamp,
)
from tests.loaders.test_pieces_of_large_files import Told, loaded, pieces_of, together, whole

FRAME = len(frame(1))
TOB2_FRAME = FRAME - 4
UNPADDED = tob3_header().rstrip() + b"\r\n"

numbers = st.integers(0, 20)
frames = st.one_of(
    numbers.map(frame),
    numbers.map(lambda number: without_stamp(frame(number))),
    numbers.map(lambda number: frame(number, stamp=STAMP ^ 0xFFFF)),
    numbers.map(lambda number: frame_of_parts(part(number, 1), part(number + 1, 1), frame_bytes=FRAME)),
    numbers.map(lambda number: frame_of_parts(part(number, 1, STAMP - 9), part(number, 1), frame_bytes=FRAME)),
    st.just(bytes(FRAME)),
    st.binary(min_size=FRAME, max_size=FRAME),
)
cards = st.lists(frames, max_size=30).map(b"".join)
tails = st.integers(0, FRAME - 1).map(lambda size: frame(9)[:size])


def in_pieces(module: Format, content: bytes, size: int) -> tuple[Told, int]:
    """What the pieces of this size tell, and how many they are."""
    with pieces_of(size):
        return together(module, content)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([tob3_header(), UNPADDED]), cards, tails, st.integers(1, 5 * FRAME))
def test_parts_of_a_card_are_what_they_are_in_the_whole(header: bytes, card: bytes, tail: bytes, size: int) -> None:
    content = header + card + tail
    found, count = in_pieces(tob3, content, size)
    assert found == whole(tob3, content)
    assert header == UNPADDED or count >= len(card) // max(size, FRAME)  # zeros may be taken for padding


@settings(max_examples=100, deadline=None)
@given(cards, tails, st.integers(1, 5 * FRAME))
def test_parts_of_a_card_without_record_numbers_are_what_they_are_in_the_whole(
    card: bytes, tail: bytes, size: int
) -> None:
    header = tob3_header(signature="TOB2", frame_bytes=TOB2_FRAME)
    content = (
        header + b"".join(card[at : at + 8] + card[at + 12 : at + FRAME] for at in range(0, len(card), FRAME)) + tail
    )
    assert in_pieces(tob2, content, size)[0] == whole(tob2, content)


@needs_samples
@pytest.mark.parametrize("path", [FOLDER / f"{case.name}.dat" for case in CASES if "TOB3" in case.name])
def test_real_cards_are_read_in_parts_as_they_are_whole(path: Path) -> None:
    content = path.read_bytes()
    found, count = in_pieces(tob3, content, len(content) // 10)
    assert found == whole(tob3, content)
    assert count >= 9


@needs_samples
def test_a_real_card_with_an_event_table_is_read_in_parts_as_it_is_whole() -> None:
    content = (SAMPLES / "tob3_event_table.dat").read_bytes()
    assert in_pieces(tob3, content, 100_000)[0] == whole(tob3, content)


ROWS = [row(minute) for minute in range(10, 60)]
BROKEN = [
    row(20).replace("</v2>", ""),
    row(20).replace("</r>", ""),
    row(20).replace("ok", "&all;"),
    row(20).replace('no="', "no='"),
    row(20, speed="ERR"),
    row(20)[:40],
    "no row",
    f"<!-- {row(20)} {row(30)} -->",
    f"<q>{row(20)}</q>",
    "<![CDATA[" + row(20),
    "\n\n",
    "</data>",
    END,
    END + head(serial="4711"),
    END + head(FIELDS.replace("Temp", "Humidity")),
]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(ROWS + BROKEN), max_size=40),
    st.sampled_from(["", "\n", "\r\n"]),
    st.integers(300, 4000),
    st.sampled_from([END, "", "<r "]),
)
def test_pieces_of_xml_are_what_they_are_in_the_whole(rows: list[str], line_end: str, size: int, end: str) -> None:
    text = head() + "".join(rows) + end
    content = text.replace("\n", line_end).encode()
    with pieces_of(size):
        found = loaded(csixml, content)
    expected = whole(csixml, content)
    # of several heads pieces tell the first; what is rejected of one line comes in any order
    assert (found.rows, found.logger) == (expected.rows, expected.logger)
    assert sorted(map(repr, found.rejected)) == sorted(map(repr, expected.rejected))


def test_rows_as_loggers_write_them_are_read_in_many_pieces() -> None:
    for rows in (ROWS, [one.replace("><", ">\n      <") for one in ROWS]):
        content = (head() + 20 * "".join(rows) + END).encode()
        found, count = in_pieces(csixml, content, 8000)
        assert found == whole(csixml, content)
        assert count > len(content) // 16_000


def test_xml_whose_head_leaves_types_open_is_read_whole() -> None:
    content = (head('<field name="Batt"/>') + "<r time='2024-03-01T00:10:00'><v1>1</v1></r>" * 100 + END).encode()
    assert in_pieces(csixml, content, 500) == (whole(csixml, content), 1)


LARGE = 96 << 20  # bytes; held whole it takes several times that
MAY_GROW_BY = 80 << 10  # KiB, as the system counts them
WORKER = """
import sys
from pathlib import Path
from loaders import pieces
from loaders.archive import ArchivedFile
from loaders.formats import tob3
from tests.loaders.memory import peak

path = Path(sys.argv[1])
before = peak()
parts = pieces.read(tob3, ArchivedFile(path, path.stat().st_size))
rows = sum(len(table.timestamps) for part in parts for table in part.file.tables)
print(rows, peak() - before)
"""


def test_a_large_card_is_read_in_little_memory(tmp_path: Path) -> None:
    header = tob3_header()
    count = LARGE // 2 // (1000 * FRAME) * 1000
    with (tmp_path / "card").open("wb") as file:
        file.write(header)
        for first in range(0, count, 1000):
            file.write(b"".join(frame(1 + 3 * number) for number in range(first, first + 1000)))
        file.truncate(LARGE)  # what was never written
    command = [sys.executable, "-c", WORKER, str(tmp_path / "card")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows, grown = map(int, done.stdout.split())
    assert rows == 3 * count
    assert grown < MAY_GROW_BY
