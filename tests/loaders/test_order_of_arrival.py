"""Whatever files come, in whatever order and pieces: the table is the same, and every reading is accounted for."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.connection import connect
from database.home import Home
from loaders.loading import load
from tests.loaders.campaign import SERIAL, at, claim_mast, toa5

# A file: readings at some of twelve steps, few enough values that files agree, differ and miss
rows = st.dictionaries(st.integers(0, 11), st.sampled_from([None, 1.0, 2.0]), min_size=4, max_size=12)
campaigns = st.lists(rows, min_size=2, max_size=5)
# quicker than truncate, which would drop and make chunks for each example
EMPTY = ("reading", "rejected_row", "superseded_reading", "confirmed_span", "file_end", "companion", "file", "channel")
ACCOUNTED = """
select sum(readings_new + readings_same + readings_changed + readings_kept + readings_rejected)::int from raw.file
"""
many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def field(new_home: Callable[[str], Home], built: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An instance for all examples of this module; each empties the tables first."""
    home = new_home(built)
    claim_mast(home, tmp_path_factory.mktemp("metadata"))
    return home


def loaded(home: Home, contents: Sequence[bytes], logger: str | None = None) -> tuple[list[tuple[object, ...]], int]:
    """The table after loading files in this order into an empty one, and how many readings the ledger accounts for."""
    with connect(home, "owner") as connection:
        for name in EMPTY:
            connection.execute(f"delete from raw.{name}".encode())  # noqa: S608  # names of ours
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(contents):
            path = Path(folder) / f"{number}.dat"
            path.write_bytes(content)
            load(home, [path], logger=logger)
    with connect(home, "owner") as connection:
        table = connection.execute(
            "select timestamp, value from raw.reading inner join raw.channel using (channel_id) order by column_name, 1"
        ).fetchall()
        accounted = connection.execute(ACCOUNTED.encode()).fetchone()
    assert accounted is not None
    return table, int(str(accounted[0]))


def as_file(campaign: dict[int, float | None]) -> bytes:
    return toa5({step: [value] for step, value in sorted(campaign.items())})


def winner(contents: Sequence[bytes], campaign: Sequence[dict[int, float | None]]) -> dict[int, float | None]:
    """By the design's words: a number over a missing value, the later last stamp, the greater digest."""
    table: dict[int, tuple[tuple[bool, int, str], float | None]] = {}
    for content, values in zip(contents, campaign, strict=True):
        digest = hashlib.sha256(content).hexdigest()
        for step, value in values.items():
            rank = (value is not None, max(values), digest)
            if step not in table or rank > table[step][0]:
                table[step] = (rank, value)
    return {step: value for step, (_, value) in table.items()}


@many
@given(campaigns, st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_shows(field: Home, campaign: list[dict[int, float | None]], random: object) -> None:
    files = list({as_file(rows): rows for rows in campaign}.items())
    random.shuffle(files)  # type: ignore[attr-defined]  # hypothesis' Random
    contents = [content for content, _ in files]
    table, accounted = loaded(field, contents)
    expected = winner(contents, [values for _, values in files])
    assert [value for _, value in table] == [expected[step] for step in sorted(expected)]
    if all(not other.startswith(content) for content in contents for other in contents if other != content):
        assert accounted == sum(content.count(b"\r\n") - 4 for content in contents)


@many
@given(st.lists(st.sampled_from([None, 1.0, 2.25, 31.5]), min_size=8, max_size=40), st.data())
def test_pieces_snapshots_and_broken_transfers_end_as_the_whole_file(
    field: Home, values: list[float | None], data: st.DataObject
) -> None:
    whole = toa5({step: [value, step] for step, value in enumerate(values)}, columns=("Spd_Avg", "Count_Avg"))
    table, _ = loaded(field, [whole])
    header = b"".join(whole.splitlines(keepends=True)[:4])
    lines = whole.splitlines(keepends=True)[4:]
    cuts = st.integers(len(header) + 1, len(whole) - 1)
    parts = [whole[:cut] for cut in data.draw(st.lists(cuts, max_size=4))]
    for start, length in data.draw(st.lists(st.tuples(st.integers(0, len(lines) - 1), st.integers(7, 20)), max_size=4)):
        parts.append(header + b"".join(lines[start : start + length]))
    parts = data.draw(st.permutations([*parts, whole, whole]))
    assert loaded(field, parts)[0] == table


def arrays(programs: Sequence[tuple[int, int]]) -> bytes:
    """A mixed-array file, whose logger was programmed anew between runs of rows of other lengths."""
    lengths = [length for length, rows in programs for _ in range(rows)]
    lines = []
    for step, length in enumerate(lengths):
        values = ",".join(f"{step + place / 4:.2f}" for place in range(length))
        day = at(step).timetuple().tm_yday
        lines.append(f"213,{at(step):%Y},{day},{at(step):%H%M},{values}\r\n")
        lines += [f"111,{at(step):%Y},{day},{at(step):%H%M},{step}\r\n"] if step % 2 else []
    return "".join(lines).encode()


@settings(many, max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(3, 9)), min_size=2, max_size=4), st.data())
def test_a_mixed_array_file_of_a_logger_programmed_anew_is_the_same_in_pieces(
    field: Home, programs: list[tuple[int, int]], data: st.DataObject
) -> None:
    whole = arrays(programs)
    table, accounted = loaded(field, [whole], SERIAL)
    assert len(table) == accounted == whole.count(b",") - 3 * whole.count(b"\n")
    lines = whole.splitlines(keepends=True)
    cuts = data.draw(st.lists(st.integers(1, len(lines) - 1), max_size=4, unique=True))
    places = [0, *sorted(cuts), len(lines)]
    parts = [b"".join(lines[start:end]) for start, end in pairwise(places)]
    if data.draw(st.booleans()):
        parts += [whole[:cut] for cut in data.draw(st.lists(st.integers(len(lines[0]), len(whole)), max_size=3))]
        parts.append(whole)
    assert loaded(field, data.draw(st.permutations(parts)), SERIAL)[0] == table


def hourly_behind() -> bytes:
    """A mixed-array file that ends in the row of an hour, of the same stamp as the ten minutes before it."""
    rows = [(110, time) for time in (10, 20, 30, 40, 50, 100)] + [(160, 100)]
    rows += [(number, 100 + time) for number, time in rows]
    return "".join(f"{number},2021,60,{time},{time / 8 + 0.11:.2f}\r\n" for number, time in rows).encode()


LAST_ROW_NOT_LATEST = {
    "newest first": toa5({step: [step + 10.25] for step in range(9, 0, -1)}),
    "two tables at one stamp": hourly_behind(),
    "an older file appended": toa5({step: [1.5] for step in range(30, 34)}) + toa5({3: [4.25], 4: [12.75]}),
    "one row without line break": toa5({3: [12.75]}).rstrip(),
}


@pytest.mark.parametrize("name", LAST_ROW_NOT_LATEST)
def test_a_number_cut_in_transfer_loses_in_any_order_where_its_stamp_is_not_the_latest(field: Home, name: str) -> None:
    whole = LAST_ROW_NOT_LATEST[name]
    logger = None if whole.startswith(b'"TOA5"') else SERIAL
    table, _ = loaded(field, [whole], logger)
    parts = [whole.rstrip()[:-lost] for lost in (1, 3)]  # as 12.7, and 12
    for contents in permutations([*parts, whole]):
        assert loaded(field, contents, logger)[0] == table
