"""Of a file and any part of it that a transfer left, the file ranks higher; of two parts the longer one does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest

from loaders import parsing, pieces
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError
from loaders.formats.source import Bytes
from loaders.pieces import LINE_ENDS
from loaders.ranking import BELOW_WHOLE, Before, Extent
from tests.loaders import every_format
from tests.loaders.campaign import at, toa5

LAST = 100  # bytes of a file that are cut away one by one
SEVERAL_ROWS = 300  # bytes
SECOND = np.timedelta64(1, "s")


@dataclass(frozen=True, slots=True)
class Part:
    """What is taken in of a file, or of what a transfer left of it."""

    size: int
    readings: dict[tuple[str, str, object], float]
    rank: np.datetime64 | None


def part_of(content: bytes, whole: bytes) -> Part:
    module = detect(whole)
    assert module is not None
    found = Extent()
    readings: dict[tuple[str, str, object], float] = {}
    try:
        for piece in parsing.go_through(module, Bytes(content)).again():
            found.add([(table.timestamps, table.lines) for table in piece.file.tables], piece.unfinished)
            readings |= {
                (table.name, column.name, stamp): value
                for table in piece.file.tables
                for column, values, rejected in zip(table.columns, table.values, table.rejected_cells, strict=True)
                for stamp, value, is_rejected in zip(
                    table.timestamps.tolist(), values.tolist(), rejected.tolist(), strict=True
                )
                if not is_rejected
            }
    except FormatError:
        return Part(len(content), {}, None)
    return Part(len(content), readings, found.rank(len(content)))


def rank(content: bytes, whole: bytes) -> np.datetime64 | None:
    """Its place, None where no row can be read."""
    return part_of(content, whole).rank


def cuts(whole: bytes, last: int) -> Iterator[bytes]:
    """The file without some of its last bytes, the shortest first."""
    return (whole[:size] for size in range(max(1, len(whole) - last), len(whole)))


def is_sure(content: bytes) -> bool:
    return content.rstrip(b"\x00").endswith(LINE_ENDS)


def differ(one: Part, other: Part) -> bool:
    """Whether they have different numbers for the same time; a number wins over a missing one by another rule."""
    common = one.readings.keys() & other.readings.keys()
    return any(abs(one.readings[key] - other.readings[key]) > 0 for key in common)


def assert_parts_rank_by_length(whole: bytes, last: int) -> None:
    """Of two parts that differ the longer one stands above, and the whole above all."""
    parts = [part_of(part, whole) for part in [*cuts(whole, last), whole] if not is_sure(part)]
    assert any(part.readings for part in parts), "no part of a row was tried"
    pairs = [(shorter, longer) for shorter, longer in combinations(parts, 2) if differ(shorter, longer)]
    for shorter, longer in pairs:
        assert shorter.rank is not None
        assert longer.rank is not None
        assert shorter.rank < longer.rank, f"{shorter.size} bytes rank above {longer.size}"
    highest = rank(whole if is_sure(whole) else whole + b"\n", whole)
    assert highest is not None
    assert all(part.rank is None or part.rank < highest for part in parts)


def shuffled() -> dict[str, bytes]:
    """Files whose last row is not the only one of the latest stamp."""
    rows = {step: [10 + step / 100] for step in range(20)}
    day = at(0).timetuple().tm_yday
    arrays = [f"110,{at(0):%Y},{day},{100 * hour},{hour + 0.25:.2f},1.11\r\n" for hour in range(1, 9)]
    arrays += [f"160,{at(0):%Y},{day},{100 * hour},12.68,{90.5 + hour:.2f}\r\n" for hour in range(1, 9)]
    newest_first = toa5(dict(sorted(rows.items(), reverse=True)))
    return {
        "newest first": newest_first,
        "an older file appended": toa5({step: [step + 0.25] for step in range(30, 40)}) + toa5(rows),
        "two tables, one stamp": "".join(sorted(arrays, key=lambda line: line.split(",")[3])).encode(),
        "two bytes a character": toa5(rows).decode().encode("utf-16"),
        "one row": toa5({3: [12.34]}),
        "one row, no line break": toa5({3: [12.34]}).rstrip(),
    }


@pytest.mark.parametrize("name", every_format.kinds())
def test_a_file_of_each_format_ranks_above_what_a_transfer_left_of_it(name: str) -> None:
    kind = every_format.kinds()[name]
    for whole in kind.files(0, every_format.FEWEST).values():
        module = detect(whole)
        if module is not None and pieces.is_text(module) and rank(whole, whole) is not None:
            assert_parts_rank_by_length(whole, LAST)


@pytest.mark.parametrize("name", shuffled())
def test_a_file_ranks_above_its_parts_in_whatever_order_its_rows_are(name: str) -> None:
    assert_parts_rank_by_length(shuffled()[name], SEVERAL_ROWS)


def test_a_file_of_one_row_on_one_line_has_a_rank() -> None:
    (whole,) = every_format.kinds()["csixml"].files().values()
    on_one_line = whole.replace(b"\r\n", b"")
    found, highest = rank(on_one_line, whole), rank(whole, whole)
    assert found is not None
    assert highest is not None
    assert highest - BELOW_WHOLE < found < highest


def test_files_that_end_in_a_line_break_rank_by_their_last_stamp() -> None:
    assert rank(toa5({5: [1], 3: [2], 4: [3]}), toa5({1: [1]})) == np.datetime64(at(5))


def extent_of(*, whole: list[int], unfinished: list[int] | None = None) -> Extent:
    """Of rows at some steps, and of one that may have been cut, before its stamp if the list is empty."""
    steps = [*whole, *(unfinished or [])]
    stamps = np.array([at(step) for step in steps], dtype="datetime64[us]")
    found = Extent()
    found.add([(stamps, np.arange(len(steps)))], None if unfinished is None else pieces.Unfinished(len(whole) - 1, 9))
    return found


def test_what_was_appended_ranks_above_what_it_continues() -> None:
    before = Before(np.datetime64(at(9)), np.datetime64(at(9)), is_unfinished=False)
    assert before.rank is not None
    for extent in (
        extent_of(whole=[3]),
        extent_of(whole=[]),
        extent_of(whole=[9, 10], unfinished=[11]),
    ):
        found = extent.rank(5000, before)
        assert found is not None
        assert before.rank < found < before.rank + SECOND


def test_the_rest_of_a_row_ranks_above_its_beginning_wherever_the_file_was_cut() -> None:
    beginning = extent_of(whole=[8], unfinished=[9])
    before = Before(beginning.last, beginning.rank(4990), is_unfinished=True)
    more = extent_of(whole=[], unfinished=[9]).rank(4991, before)
    end = extent_of(whole=[9]).rank(5000, before)
    assert before.rank is not None
    assert more is not None
    assert end is not None
    assert before.rank < more < end == np.datetime64(at(9))


def test_a_part_of_an_appended_row_ranks_below_the_whole_row_at_the_same_stamp_in_another_file() -> None:
    before = Before(np.datetime64(at(9)), np.datetime64(at(9)), is_unfinished=False)
    part = extent_of(whole=[], unfinished=[9]).rank(4990, before)
    whole = extent_of(whole=[8, 9, 9]).rank(5000)
    assert part is not None
    assert whole is not None
    assert part < whole
