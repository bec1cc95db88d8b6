"""Whatever files a record comes in, of whatever format, in whatever order: the readings are those of the whole."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.connection import connect
from database.home import Home
from loaders.loading import load
from tests.loaders import every_format
from tests.loaders.every_format import FEWEST, ROWS, Kind

KINDS = every_format.kinds()
TEXTS = [name for name in KINDS if not name.startswith(("tob", "netcdf"))]
SLOW = {"netcdf"}  # each file of it is read in a process of its own, which has HDF5 to load
MANY, FEW = 15, 4  # examples for each of 30 formats and forms
# quicker than truncate, which would drop and make chunks for each example
EMPTY = ("reading", "rejected_row", "superseded_reading", "confirmed_span", "file_end", "companion", "file", "channel")
LAST_CELL = 8  # bytes of it that a transfer may lose
BEHIND_CELLS = re.compile(rb"(?:\s|:7777:|\[EO[DF]\]|</[^>]*>|,)*$")  # what ends a file, or a row, behind the last cell
TABLE = """
select
    count(*),
    md5(string_agg(row(table_name, averaging_period, column_name, unit, statistic, timestamp, value)::text, e'\\n'
        order by table_name, averaging_period, column_name, timestamp))
from raw.reading
inner join raw.channel using (channel_id)
"""
LEDGER = """
select sum(readings_new), sum(readings_changed + readings_kept) - (select count(*) from raw.superseded_reading)
from raw.file
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it comes: its number tells the folder, which no other comes in but what belongs to it."""

    number: int
    name: str
    content: bytes


@pytest.fixture(scope="module")
def field(new_home: Callable[[str], Home], built: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An instance for all examples of this module; each empties the tables first."""
    home = new_home(built)
    every_format.claim(home, tmp_path_factory.mktemp("metadata"))
    return home


@pytest.fixture(scope="module")
def wholes(field: Home) -> dict[str, tuple[int, str]]:
    """What the table is after each format's whole record came at once."""
    return {name: loaded(field, kind, [sent(kind, 0, 0, ROWS)]) for name, kind in KINDS.items()}


def sent(kind: Kind, number: int, first: int, end: int) -> list[Sent]:
    return [Sent(number, name, content) for name, content in kind.files(first, end).items()]


def loaded(home: Home, kind: Kind, loads: Sequence[Sequence[Sent]]) -> tuple[int, str]:
    """The table, as its number of rows and a digest of all that they say, after some loads into an empty one."""
    with connect(home, "owner") as connection:
        for name in EMPTY:
            connection.execute(f"delete from raw.{name}".encode())  # noqa: S608  # names of ours
    with tempfile.TemporaryDirectory() as folder:
        for files in loads:
            paths = [Path(folder) / str(file.number) / file.name for file in files]
            for path, file in zip(paths, files, strict=True):
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(file.content)
            load(home, paths, logger=kind.logger)
    with connect(home, "owner") as connection:
        count, digest = connection.execute(TABLE.encode()).fetchone() or (0, "")
        assert connection.execute(LEDGER.encode()).fetchone() == (count, 0)
    return count, digest


@st.composite
def periods(draw: st.DrawFn, step: int) -> list[tuple[int, int]]:
    """Rows of files that follow each other, and of some that came besides."""
    fewest = max(FEWEST, step)
    inner = st.integers(fewest, ROWS - fewest).map(lambda place: place // step * step)
    cuts = sorted(draw(st.sets(inner, max_size=3)))
    places = [0, *(cut for before, cut in pairwise([0, *cuts]) if cut - before >= fewest), ROWS]
    besides = draw(st.lists(st.tuples(inner, st.integers(fewest, ROWS)), max_size=2))
    return [*pairwise(places), *((first, min(first + rows // step * step, ROWS)) for first, rows in besides)]


lost = st.one_of(st.integers(1, LAST_CELL), st.integers(1, 20_000))  # bytes of a transfer: of its last row, or anywhere


@st.composite
def arrivals(draw: st.DrawFn, kind: Kind) -> list[list[Sent]]:
    """A record in pieces, snapshots and broken transfers, some twice: the files of one load after another."""
    parts = draw(periods(kind.step))
    files = [file for number, part in enumerate(parts) for file in sent(kind, number, *part)]
    for number, part in enumerate(draw(st.lists(st.sampled_from([*parts, (0, ROWS)]), max_size=3)), 100):
        files += broken_off(sent(kind, number, *part), draw(lost))
    for number in draw(st.lists(st.sampled_from([file.number for file in files]), max_size=2)):
        files += [replace(file, number=200 + number) for file in files if file.number == number]
    if draw(st.booleans()):
        files += sent(kind, 300, 0, ROWS)
    files = draw(st.permutations(files))
    ends = draw(st.lists(st.integers(1, len(files)), max_size=3))
    return [files[start:end] for start, end in pairwise([0, *sorted(ends), len(files)]) if start < end]


def broken_off(files: Sequence[Sent], missing: int) -> list[Sent]:
    """Files of which the last bytes never came; what says of others what they hold is whole."""
    return [
        file
        if file.name.endswith(".rowinfo")
        else replace(file, content=file.content[: -missing % len(file.content) or None])
        for file in files
    ]


def without_end(file: Sent) -> Sent:
    """A file that ends with the last cell of its last row; one that says what others hold stays whole."""
    return file if file.name.endswith(".rowinfo") else replace(file, content=BEHIND_CELLS.sub(b"", file.content))


def cut_in_last_cell(whole: Sequence[Sent]) -> list[Sent]:
    """The files without a line break at their end, and without one more byte of their last row each time."""
    ends = [without_end(file) for file in whole]
    return [
        replace(file, number=1 + bytes_lost) for bytes_lost in range(LAST_CELL) for file in broken_off(ends, bytes_lost)
    ]


@pytest.mark.parametrize("name", KINDS)
def test_a_record_in_any_pieces_and_order_is_the_record(
    name: str, field: Home, wholes: dict[str, tuple[int, str]]
) -> None:
    kind = KINDS[name]

    @settings(max_examples=FEW if name in SLOW else MANY, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(arrivals(kind))
    def check(loads: list[list[Sent]]) -> None:
        assert loaded(field, kind, loads) == wholes[name]

    check()


@pytest.mark.parametrize("order", ["cut before whole", "whole before cut"])
@pytest.mark.parametrize("name", TEXTS)
def test_a_number_that_broke_off_never_stands_for_the_whole_one(
    name: str, order: str, field: Home, wholes: dict[str, tuple[int, str]]
) -> None:
    kind = KINDS[name]
    whole = sent(kind, 0, 0, ROWS)
    cut = cut_in_last_cell(whole)
    assert loaded(field, kind, [cut, whole] if order == "cut before whole" else [whole, cut]) == wholes[name]


@pytest.mark.parametrize("order", ["cut before part", "part before cut"])
@pytest.mark.parametrize("name", TEXTS)
def test_a_part_of_the_record_that_no_line_break_ends_wins_over_a_longer_file_that_broke_off(
    name: str, order: str, field: Home
) -> None:
    kind = KINDS[name]
    cut = cut_in_last_cell(sent(kind, 0, 0, ROWS))
    part = [without_end(file) for file in sent(kind, 0, ROWS - max(FEWEST, kind.step), ROWS)]
    whole, cut = cut[: len(part)], cut[len(part) :]
    best = loaded(field, kind, [[*whole, *part]])
    assert loaded(field, kind, [cut, part] if order == "cut before part" else [part, cut]) == best
