"""Rows and the file that says what they are: found by name, in any order, and each day anew with the same content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from psycopg.types.json import Jsonb

from database.connection import Connection, connect
from database.home import Home
from loaders import companions
from loaders.archive import Archive
from loaders.companions import CompanionMissing, RowsWithInformation, completed, is_information, key_of, wake
from loaders.formats import meteo32, toa5
from loaders.formats.detect import detect
from loaders.formats.frame import FormatError, LoggerFile
from loaders.loading import load
from loaders.replaying import replay
from tests.loaders.campaign import toa5 as toa5_file
from tests.loaders.formats.test_meteo32 import ROW, ROWINFO
from tests.loaders.test_pieces_of_large_files import pieces_of

OTHER_INFO = ROWINFO.replace(b"0477", b"0500")
NEXT_ROW = ROW.replace(b"01/21/10", b"01/22/10")
Receive = Callable[[str, bytes], str]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


RECEIVE = """
insert into raw.file (sha256, path, size_bytes, state) values (%(sha256)s, %(path)s, %(size)s, 'landed')
on conflict (sha256) do update set state = 'landed', error = null
returning file_id
"""


@pytest.fixture
def receive(loader: Connection, archive: Archive) -> Receive:
    """Takes a file in as loading does, and tells its state."""

    def received(name: str, content: bytes) -> str:
        given = {"sha256": archive.put(content), "path": name, "size": len(content)}
        file_id = one(loader, RECEIVE, given)
        if companions.says_of_others(content):
            companions.remember(loader, name, str(given["sha256"]))
        found = detect(content)
        assert found
        state, error = "loaded", None
        try:
            completed(loader, archive, found, content, name).parse(content)
        except CompanionMissing as missing:
            state, error = "failed", Jsonb(missing.as_dict())
        loader.execute("update raw.file set state = %s, error = %s where file_id = %s", [state, error, file_id])
        return state

    return received


def one(connection: Connection, query: str, given: dict[str, object] | None = None) -> Any:
    row = connection.execute(query.encode(), given).fetchone()
    assert row
    return row[0]


def states(connection: Connection) -> dict[str, str]:
    return dict(connection.execute("select path, state from raw.file").fetchall())


def test_rows_without_their_information_wait_and_say_for_what(loader: Connection, receive: Receive) -> None:
    assert receive("mail.zip/day.row", ROW) == "failed"
    assert one(loader, "select error from raw.file") == {
        "what": "rows of an Ammonit Meteo-32 without the .rowinfo file that says what they are",
        "where": "mail.zip/day.row",
        "remedy": "load mail.zip/day.rowinfo from the same folder or archive: "
        "this file waits, and loads by itself then",
        "waits_for": "companion",
        "companion": "mail.zip/day",
    }
    assert wake(loader) == []


@pytest.mark.parametrize("order", list(permutations([("a.row", ROW), ("b.row", NEXT_ROW), ("a.rowinfo", ROWINFO)])))
def test_whatever_the_order_the_rows_of_that_name_go_on(
    loader: Connection, receive: Receive, order: Sequence[tuple[str, bytes]]
) -> None:
    for name, content in order:
        receive(name, content)
    woken = wake(loader)
    assert wake(loader) == []
    now = states(loader)
    assert (now["b.row"], now["a.rowinfo"]) == ("failed", "loaded")
    assert now["a.row"] == ("landed" if woken else "loaded")
    assert receive("a.row", ROW) == "loaded"


def test_one_information_that_came_by_many_names_serves_the_rows_of_each(loader: Connection, receive: Receive) -> None:
    receive("2010-01-22.ROW", NEXT_ROW)
    for day in ("2010-01-21", "2010-01-22"):
        receive(f"{day}.rowinfo", ROWINFO)
    assert one(loader, "select count(*) from raw.file") == 2
    assert len(wake(loader)) == 1
    assert receive("2010-01-21.row", ROW) == "loaded"
    assert receive("elsewhere/2010-01-21.row", ROW) == "failed"


def test_of_two_by_one_name_the_last_that_came_counts_and_is_on_record(
    loader: Connection, archive: Archive, receive: Receive
) -> None:
    def used() -> object:
        return completed(loader, archive, meteo32, ROW, "a.row").parse(ROW).header["information_sha256"]

    receive("a.rowinfo", ROWINFO)
    receive("a.rowinfo", OTHER_INFO)
    assert used() == hashlib.sha256(OTHER_INFO).hexdigest()
    receive("a.rowinfo", ROWINFO)
    assert used() == hashlib.sha256(ROWINFO).hexdigest()


def test_lines_are_those_of_the_rows() -> None:
    rows = ROW + b"1 2\n"
    alone: LoggerFile = RowsWithInformation(ROWINFO).parse(rows)
    both = meteo32.parse(meteo32.joined(ROWINFO, rows))
    assert alone.tables[0].lines.tolist() == [2, 3]
    assert [(one.line, one.text) for one in alone.rejected] == [(4, "1 2")]
    for ours, theirs in zip(alone.tables[0].values, both.tables[0].values, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert RowsWithInformation(ROWINFO.replace(b"\n", b"\r\n")).parse(b"\xef\xbb\xbf" + ROW).tables[0].lines[0] == 2


@pytest.mark.parametrize(
    ("information", "rows", "where"),
    [
        (ROWINFO, b"T 99/21/10 00:00:00 1*600 V5.0 C080765\n1\n", "line 1"),
        (b"nonsense\n", ROW, "line 1 of the .rowinfo file"),
    ],
)
def test_an_error_names_the_line_of_the_file_that_it_is_in(information: bytes, rows: bytes, where: str) -> None:
    with pytest.raises(FormatError) as caught:
        RowsWithInformation(information).parse(rows)
    assert caught.value.where == where


def test_other_files_need_nothing(loader: Connection, archive: Archive) -> None:
    content = toa5_file({0: [1.0]})
    assert completed(loader, archive, toa5, content, "a.row") is toa5
    assert completed(loader, archive, meteo32, ROWINFO, "a.rowinfo") is meteo32
    both = meteo32.joined(ROWINFO, ROW)
    assert completed(loader, archive, meteo32, both, "a.row") is meteo32
    assert not is_information(meteo32.parse(both))
    assert is_information(meteo32.parse(ROWINFO))
    assert [companions.says_of_others(one) for one in (ROWINFO, ROW, both, content)] == [True, False, False, False]


def test_what_two_names_have_in_common_is_the_path_without_its_suffix() -> None:
    assert key_of("a.b/c.ROW") == key_of("a.b/c.rowinfo") == "a.b/c"
    assert key_of("a.b/c") == "a.b/c"


@pytest.fixture
def logger(instance: Home, claim: Callable[..., None]) -> Home:
    """An instance whose metadata know the Meteo-32."""
    claim(instance, logger_serial_number="C080765")
    return instance


def zipped(folder: Path, name: str, **files: bytes) -> Path:
    with ZipFile(folder / name, "w") as archive:
        for suffix, content in files.items():
            archive.writestr(f"day.{suffix}", content)
    return folder / name


def test_each_mail_of_a_day_brings_its_rows_with_the_same_information(logger: Home, tmp_path: Path) -> None:
    first = zipped(tmp_path, "1.zip", row=ROW, rowinfo=ROWINFO)
    second = zipped(tmp_path, "2.zip", row=NEXT_ROW, rowinfo=ROWINFO)
    assert load(logger, [first]).is_complete
    assert load(logger, [second]).is_complete
    with connect(logger, "loader") as connection:
        assert set(states(connection).values()) == {"loaded"}


def test_files_of_many_days_in_one_load_have_one_information(logger: Home, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for day, row in (("a", ROW), ("b", NEXT_ROW)):
        (folder / f"{day}.row").write_bytes(row)
        (folder / f"{day}.rowinfo").write_bytes(ROWINFO)
    assert load(logger, [folder]).is_complete
    again = load(logger, [folder])
    assert again.is_complete
    assert sum(file.new for file in again.files) == 0
    # rows never say what rows are, however often they come
    (folder / "a.row").write_bytes(ROW.replace(b"43 78", b"42 78"))
    assert load(logger, [folder]).is_complete


def test_large_rows_wait_for_their_information_and_go_on_by_themselves(logger: Home, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "day.row").write_bytes(ROW + b"1 2\n" + b"45 80 86 202 14 9\n" * 300)
    with pieces_of(1000):
        (waits,) = load(logger, [folder]).files
        (folder / "day.rowinfo").write_bytes(ROWINFO)
        load(logger, [folder])
        found = next(file for file in load(logger, [folder]).files if file.path.endswith(".row"))
    assert (waits.state, found.state) == ("failed", "loaded")
    assert (found.same, found.rejected) == (6 * 302, 6)
    with connect(logger, "analyst") as connection:
        assert one(connection, "select max(timestamp)::text from raw.reading") == "2010-01-23 02:20:00+00"


def test_rows_that_came_by_two_names_are_read_by_that_which_has_the_information(logger: Home, tmp_path: Path) -> None:
    alone, together = tmp_path / "alone" / "day.row", tmp_path / "together" / "day.row"
    for path in (alone, together):
        path.parent.mkdir()
        path.write_bytes(ROW)
    together.with_suffix(".rowinfo").write_bytes(ROWINFO)
    files = load(logger, [alone.parent, together.parent]).files
    assert [(file.path, file.state) for file in files if file.path.endswith(".row")] == [
        (str(alone), "loaded"),
        (str(together), "loaded"),
    ]
    assert [file.new for file in replay(logger, "C080765").files] == [files[0].new]
