"""Files that grow: recognised by content, archived and read once, whatever happens to them on the way."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from database.connection import connect
from database.home import Home
from loaders import pieces
from loaders.loading import load, load_waiting
from loaders.results import FileResult
from tests.commands import run
from tests.loaders.campaign import toa5
from tests.loaders.test_loading import Write, only, utc, values

HEADER_LINES = 4


def archived_bytes(home: Home) -> int:
    return sum(path.stat().st_size for path in home.archive.rglob("*") if path.is_file())


def counted(file: FileResult) -> tuple[int, int, int, int, int]:
    return (file.new, file.same, file.changed, file.kept, file.rejected)


def grown(steps: int) -> bytes:
    return toa5({step: [step / 4] for step in range(steps)})


def test_only_what_was_appended_is_archived_and_read(mast: Home, write: Write) -> None:
    for steps in (10, 14, 15, 40):
        file = only(mast, write("a.dat", grown(steps)))
        assert file.state == "loaded"
    assert counted(file) == (25, 0, 0, 0, 0)
    assert archived_bytes(mast) == len(grown(40))
    assert values(mast) == {utc(step): step / 4 for step in range(40)}
    assert only(mast, write("a.dat", grown(40))).same == 25


def test_a_file_that_grew_comes_back_as_it_was(mast: Home, write: Write, tmp_path: Path) -> None:
    for steps in (10, 14, 40):
        file = only(mast, write("a.dat", grown(steps)))
    run(mast, "file", "get", file.sha256[:12], "--output", tmp_path / "back.dat")
    assert (tmp_path / "back.dat").read_bytes() == grown(40)


def test_a_line_that_was_being_written_is_read_when_it_is_whole(mast: Home, write: Write) -> None:
    whole = grown(20)
    cut = whole.rindex(b",") - 6  # within the last line
    first = only(mast, write("a.dat", whole[:cut]))
    assert (first.new, first.rejected) == (19, 1)
    second = only(mast, write("a.dat", whole))
    assert counted(second) == (1, 0, 0, 0, 0)
    assert len(values(mast)) == 20


@pytest.mark.parametrize("order", ["cut, whole", "whole, cut"])
def test_a_number_that_was_cut_never_stands_for_the_whole_one(mast: Home, write: Write, order: str) -> None:
    whole = toa5({step: [1.25] for step in range(10)})
    files = {"whole": write("b.dat", whole), "cut": write("a.dat", whole[: -len(b"5\r\n")])}
    for name in order.split(", "):
        only(mast, files[name])
    assert set(values(mast).values()) == {1.25}


def test_lines_are_counted_from_the_beginning_of_the_whole_file(mast: Home, write: Write) -> None:
    good = grown(10)
    only(mast, write("a.dat", good))
    only(mast, write("a.dat", good + b'"2021-03-01 01:40:00",10,what?\r\n'))
    with connect(mast, "analyst") as connection:
        assert connection.execute("select line from raw.rejected_row").fetchall() == [(HEADER_LINES + 11,)]


def test_a_new_header_in_mid_file_holds_for_what_follows(mast: Home, write: Write) -> None:
    more = toa5({step: [step / 4, step] for step in range(10, 20)}, columns=("Spd_Avg", "New_Avg"))
    still_more = toa5({step: [step / 4, step] for step in range(20, 25)}, columns=("Spd_Avg", "New_Avg"))
    rows_alone = b"".join(still_more.splitlines(keepends=True)[HEADER_LINES:])
    only(mast, write("a.dat", grown(10)))
    only(mast, write("a.dat", grown(10) + more))
    third = only(mast, write("a.dat", grown(10) + more + rows_alone))
    assert counted(third) == (10, 0, 0, 0, 0)
    with connect(mast, "analyst") as connection:
        found = connection.execute(
            "select column_name, count(*) from raw.reading inner join raw.channel using (channel_id)"
            " group by 1 order by 1"
        ).fetchall()
    assert found == [("New_Avg", 15), ("Spd_Avg", 25)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda: grown(12)[:-3] + b"99\r\n", (0, 11, 1, 0, 0), id="rewritten"),
        pytest.param(lambda: grown(8), (0, 8, 0, 0, 0), id="shortened"),
        pytest.param(lambda: toa5({step: [step / 4] for step in range(12, 22)}), (10, 0, 0, 0, 0), id="rotated"),
        pytest.param(
            lambda: toa5({step: [step / 4, 1] for step in range(12)}, columns=("Spd_Avg", "B_Avg")),
            (12, 12, 0, 0, 0),
            id="new header",
        ),
    ],
)
def test_what_is_no_continuation_is_read_anew(
    mast: Home, write: Write, change: Callable[[], bytes], expected: tuple[int, ...]
) -> None:
    only(mast, write("a.dat", grown(12)[:-3] + b"2\r\n" if expected[2] else grown(12)))
    file = only(mast, write("a.dat", change()))
    if expected[2]:  # both end at the same time: the digest decides, so that one of the two values is kept
        assert (file.changed + file.kept, file.same) == (1, 11)
    else:
        assert counted(file) == expected


def test_what_continues_an_unclaimed_file_waits_with_it(
    instance: Home, write: Write, claim: Callable[..., None]
) -> None:
    for steps in (10, 14, 40):
        assert only(instance, write("a.dat", grown(steps))).state == "unclaimed"
    claim(instance)
    assert [file.new for file in load_waiting(instance).files] == [10, 4, 26]


def test_what_continues_a_file_that_can_not_be_read_is_read_whole(mast: Home, write: Write) -> None:
    whole = grown(10)
    assert only(mast, write("a.dat", whole[:100])).state == "failed"
    file = only(mast, write("a.dat", whole))
    assert (file.state, file.new) == ("loaded", 10)


def test_many_snapshots_at_once_are_read_in_turn_by_several_workers(mast: Home, write: Write) -> None:
    whole = grown(300)
    lines = whole.splitlines(keepends=True)
    paths = [write(f"{count:03}.dat", b"".join(lines[:count])) for count in range(10, len(lines), 7)]
    result = load(mast, paths, workers=2)
    assert {file.state for file in result.files} == {"loaded"}
    assert sum(file.new for file in result.files) == len(values(mast))
    assert archived_bytes(mast) == paths[-1].stat().st_size


def test_a_file_in_small_pieces_is_the_file(mast: Home, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    values_of = random.Random(7)  # noqa: S311 - no secret
    content = toa5(
        {step: [round(values_of.uniform(0, 30), 3), step] for step in range(400)}, columns=("Spd_Avg", "B_Avg")
    )
    monkeypatch.setattr(pieces, "PIECE_BYTES", 1000)
    monkeypatch.setattr("loaders.parsing.PIECE_BYTES", 1000)
    file = only(mast, write("a.dat", content + content.splitlines(keepends=True)[10]))
    assert counted(file) == (800, 2, 0, 0, 0)
    only(mast, write("b.dat", content))
    with connect(mast, "analyst") as connection:
        found = connection.execute(
            "select count(*), sum(value) filter (where column_name = 'B_Avg')"
            " from raw.reading inner join raw.channel using (channel_id)"
        ).fetchone()
    assert found == (800, sum(range(400)))


def test_loggernets_files_add_exactly_the_expected_pieces(
    instance: Home, claim: Callable[..., None], samples: Path
) -> None:
    folder = samples / "campbell" / "loggernet_growing" / "CR3000"
    claim(instance, logger_serial_number="1", averaging_period_minutes=5)
    seen: set[tuple[str, str]] = set()
    for path in sorted(folder.glob("?-CR3000_Table213.dat")):
        file = only(instance, path, logger="1")
        rows = {
            (line.split(b",")[0].decode(), line.split(b",")[1].decode())
            for piece in (folder / "expected" / path.name).iterdir()
            for line in piece.read_bytes().splitlines()[HEADER_LINES:]
        }
        with connect(instance, "analyst") as connection:
            columns = connection.execute("select count(*) from raw.channel where table_name like '%213%'").fetchone()
        assert columns is not None
        assert file.state == "loaded"
        assert file.new + file.rejected == len(rows - seen) * int(str(columns[0]))
        assert (file.changed, file.kept) == (0, 0)
        seen |= rows
