"""Lines that could not be read keep their stamp, and files tell of the time that they cover."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from database.connection import connect
from database.home import Home
from loaders.loading import load
from loaders.replaying import replay
from tests.loaders.campaign import at, toa5

Write = Callable[[str, bytes], Path]
Rows = list[tuple[object, ...]]

PLACED = """
select line, timestamp, array(
    select column_name from raw.channel where channel_id = any(rejected_row.channel_ids) order by column_name
)
from raw.rejected_row
order by line
"""
SPANS = "select station, channel_id is null, date_from, date_to from ops.changed_span order by changed_span_id"


def utc(step: int) -> datetime:
    return at(step).replace(tzinfo=UTC)


def query(home: Home, text: str) -> Rows:
    with connect(home, "owner") as connection:
        return connection.execute(text.encode()).fetchall()


def told_by(home: Home, path: Path) -> Rows:
    """The spans of time that a load writes beyond those of its new readings."""
    query_only = "delete from ops.changed_span returning station"
    query(home, query_only)
    load(home, [path])
    return [(first, last) for station, is_whole, first, last in query(home, SPANS) if is_whole and station]


def line(step: int, *cells: object) -> bytes:
    return f'"{at(step):%Y-%m-%d %H:%M:%S}",{",".join(map(str, (step, *cells)))}\r\n'.encode()


def test_a_cell_that_is_no_number_keeps_its_stamp_and_column(mast: Home, write: Write) -> None:
    content = (
        toa5({0: [1, 2]}, columns=("Spd_Avg", "Other")) + line(1, "what?", 2) + line(2, 1, "what?") + line(3, 1, 2)
    )
    load(mast, [write("a.dat", content)])
    assert query(mast, PLACED) == [(6, utc(1), ["Spd_Avg"]), (7, utc(2), ["Other"])]


def test_a_line_that_is_no_row_keeps_its_stamp_and_the_columns_of_its_table(mast: Home, write: Write) -> None:
    content = toa5({0: [1, 2], 1: [1, 2]}, columns=("Spd_Avg", "Other")) + line(2, 1) + line(3, 1, 2, 3, 4)
    load(mast, [write("a.dat", content)])
    assert query(mast, PLACED) == [(7, utc(2), ["Other", "Spd_Avg"]), (8, utc(3), ["Other", "Spd_Avg"])]


@pytest.mark.parametrize(
    "broken",
    [b'"2021-03-01 0', b'"2021-03-01 00:20:00"', b'"2021-03-01 00:20"\r\n', b'"yesterday",7\r\n', b"\x00,1\r\n"],
)
def test_a_line_whose_stamp_is_not_whole_or_none_has_no_time(mast: Home, write: Write, broken: bytes) -> None:
    load(mast, [write("a.dat", toa5({0: [1], 1: [1]}) + broken)])
    assert query(mast, PLACED) == [(7, None, [])]


def test_stamps_are_those_of_the_beginning_in_utc(instance: Home, claim: Callable[..., None], write: Write) -> None:
    claim(instance, offset_from_utc_hrs=1, timestamp_is_end_of_period=True)
    load(instance, [write("a.dat", toa5({7: [1], 8: [1]}) + line(9, "what?") + line(10))])
    assert query(instance, PLACED) == [(7, utc(2), ["Spd_Avg"]), (8, utc(3), ["Spd_Avg"])]


def test_replaying_keeps_each_rejected_row_once(mast: Home, write: Write) -> None:
    load(mast, [write("a.dat", toa5({0: [1], 1: [1]}) + line(2, "what?") + line(3))])
    before = query(mast, PLACED)
    replay(mast, "4711")
    assert query(mast, PLACED) == before
    assert len(before) == 2


def test_rejected_rows_tell_of_time_that_no_reading_told_of(mast: Home, write: Write) -> None:
    assert told_by(mast, write("a.dat", toa5({0: [1]}) + line(1, "what?") + toa5({2: [1]}).splitlines()[-1])) == []
    told = told_by(mast, write("b.dat", toa5({3: [1]}) + line(4, "what?") + line(9, "what?")))
    assert [(first, last.replace(microsecond=0)) for first, last in told if isinstance(last, datetime)] == [
        (utc(4), utc(9))
    ]


def test_a_file_tells_of_what_it_covers_only_where_no_other_file_did(mast: Home, write: Write) -> None:
    assert told_by(mast, write("a.dat", toa5({step: [1] for step in range(3)}))) == []
    assert told_by(mast, write("b.dat", toa5({step: [1] for step in range(3, 6)}))) == []
    # all of it is there already, in files that follow each other
    assert told_by(mast, write("c.dat", toa5({step: [1] for step in range(6)}))) == []
    assert told_by(mast, write("d.dat", toa5({9: [1]}))) == []
    # both of its rows are there already, and what lies between is covered now
    (told,) = told_by(mast, write("e.dat", toa5({5: [1], 9: [1]})))
    assert told[0] == utc(5)


def test_a_file_that_grew_covers_the_time_between_its_parts(mast: Home, write: Write) -> None:
    start = toa5({step: [1] for step in range(3)})
    told_by(mast, write("a.dat", start))
    (told,) = told_by(mast, write("a.dat", start + line(9, 1) + line(10, 1)))
    assert told[0] == utc(2)
