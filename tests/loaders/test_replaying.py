"""Replay: all files of a logger are read once more, all or none."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from database.connection import connect
from database.errors import UsageError
from database.home import Home
from loaders.archive import Archive
from loaders.metadata.importing import import_metadata
from loaders.replaying import ReplayFailed, replay
from tests.commands import run
from tests.loaders.campaign import at, document, toa5
from tests.loaders.test_loading import Write, only, readings, utc, values


@pytest.fixture
def late(mast: Home, write: Write) -> Home:
    """A mast whose files were loaded by an offset that was wrong."""
    for start in (0, 10, 20):
        only(mast, write(f"{start}.dat", toa5({step: [float(step)] for step in range(start, start + 10)})))
    only(mast, write("grown.dat", toa5({step: [float(step)] for step in range(25, 40)})))
    only(mast, write("grown.dat", toa5({step: [float(step)] for step in range(25, 50)})))
    return mast


def test_a_mended_offset_moves_all_readings_and_their_counts_stay(late: Home, claim: Callable[..., None]) -> None:
    before = readings(late)
    claim(late, offset_from_utc_hrs=2)
    result = replay(late, "4711")
    assert {file.state for file in result.files} == {"loaded"}
    assert sum(file.new for file in result.files) == 50
    moved = [(column, stamp - timedelta(hours=2), value) for column, stamp, value, _ in before]  # type: ignore[operator]
    assert [row[:3] for row in readings(late)] == moved
    with connect(late, "analyst") as connection:
        assert connection.execute("select sum(readings_new), sum(readings_same) from raw.file").fetchone() == (50, 5)


def test_a_mended_label_by_the_command(late: Home, claim: Callable[..., None]) -> None:
    claim(late, timestamp_is_end_of_period=True)
    run(late, "load", "--replay", "4711", "--json")
    assert min(values(late)) == utc(-1)


def test_nothing_is_changed_where_one_file_can_not_be_read(late: Home, claim: Callable[..., None]) -> None:
    before = readings(late)
    claim(late, offset_from_utc_hrs=2)
    gone = Archive(late.archive).path_of(str(before[0][3]))
    gone.rename(gone.with_suffix(".away"))
    with pytest.raises(ReplayFailed, match="an archived file is gone; nothing was changed"):
        replay(late, "4711")
    assert readings(late) == before


def test_an_unknown_logger_is_an_error(late: Home) -> None:
    with pytest.raises(UsageError, match="no metadata name a logger 99"):
        replay(late, "99")


def test_spans_of_before_and_after_are_told_to_who_depends_on_them(late: Home, claim: Callable[..., None]) -> None:
    claim(late, offset_from_utc_hrs=2)
    with connect(late, "owner") as connection:
        connection.execute("delete from ops.changed_span")
    replay(late, "4711")
    with connect(late, "owner") as connection:
        spans = connection.execute("select min(date_from), max(date_to) from ops.changed_span").fetchone()
    assert spans is not None
    assert spans == (utc(0) - timedelta(hours=2), utc(50))  # the last reading of before averages until then


def test_nothing_is_changed_where_a_file_would_belong_to_no_logger_any_more(
    mast: Home, write: Write, claim: Callable[..., None]
) -> None:
    claim(mast, logger_id="box")
    assert only(mast, write("a.dat", toa5({step: [1.0] for step in range(10)}, serial="box"))).new == 10
    before = readings(mast)
    claim(mast, logger_id=None, offset_from_utc_hrs=2)
    with pytest.raises(ReplayFailed, match=r"no metadata name its logger any more \(box\); nothing was changed"):
        replay(mast, "4711")
    assert readings(mast) == before


def test_each_station_that_the_logger_served_is_told(late: Home, tmp_path: Path) -> None:
    moved = document(date_to=f"{at(30):%Y-%m-%dT%H:%M:%S}", offset_from_utc_hrs=2)
    (second,) = document(date_from=f"{at(30):%Y-%m-%dT%H:%M:%S}", offset_from_utc_hrs=2)["measurement_location"]
    moved["measurement_location"].append(second | {"name": "Other Mast"})
    (tmp_path / "moved.json").write_text(json.dumps(moved))
    with connect(late, "owner") as connection:
        import_metadata(
            connection, tmp_path / "moved.json", utc_offset_hours=None, timestamps=None, imported_by="a test"
        )
        connection.execute("delete from ops.changed_span")
    replay(late, "4711")
    with connect(late, "owner") as connection:
        told = connection.execute("select station, max(date_to) from ops.changed_span group by 1 order by 1").fetchall()
    assert [station for station, _ in told] == ["other_mast", "test_mast"]
    assert min(until for _, until in told) > utc(49)
