"""Pieces of a file: what holds for the whole of it is asked of all together."""

from __future__ import annotations

import gzip
from pathlib import Path
from zipfile import ZipFile

import pytest

from database.home import Home
from loaders import pieces
from loaders.containers import spool
from loaders.formats import mixed_array
from loaders.formats import toa5 as toa5_format
from loaders.formats.frame import FormatError
from loaders.formats.source import Bytes
from loaders.loading import load
from tests.loaders.campaign import toa5
from tests.loaders.formats.tob_files import frame, tob3_header


def test_rows_of_two_loggers_in_different_pieces_are_an_error_with_place_and_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = toa5({step: [1.0] for step in range(50)})
    second = toa5({step: [1.0] for step in range(50, 100)}, serial="4712")
    monkeypatch.setattr(pieces, "PIECE_BYTES", len(first))
    with pytest.raises(FormatError) as caught:
        list(pieces.read(toa5_format, Bytes(first + second)))
    assert caught.value.what == "rows of two loggers in one file: '4711', then '4712'"
    assert caught.value.where == "line 55"
    assert caught.value.remedy


def test_a_line_that_never_ends_is_refused_where_the_file_is_too_large_to_be_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = b"213,2010,48," * 400
    monkeypatch.setattr(pieces, "PIECE_BYTES", 500)
    monkeypatch.setattr(pieces, "MOST_GROWN", 4000)
    with pytest.raises(FormatError, match=r"no place in .* where the file can be cut"):
        list(pieces.read(mixed_array, Bytes(content)))
    monkeypatch.setattr(pieces, "MOST_GROWN", 5000)
    assert len(list(pieces.read(mixed_array, Bytes(content)))) == 1


def test_files_from_an_archive_that_lie_on_the_disk_are_loaded_in_pieces_and_nothing_is_left(
    mast: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = toa5({step: [1.0] for step in range(50)})
    files = {
        "a.dat": rows,
        "grown.dat": rows + toa5({step: [1.0] for step in range(50, 70)}).split(b"\r\n", 4)[4],
        "card.dat": tob3_header() + b"".join(frame(3 * number) for number in range(40)),
    }
    with ZipFile(tmp_path / "files.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    (tmp_path / "files").write_bytes(gzip.compress((tmp_path / "files.zip").read_bytes()))
    monkeypatch.setattr(spool, "IN_MEMORY", 0)
    monkeypatch.setattr(pieces, "LARGE_BYTES", 0)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 500)
    loaded = {Path(file.path).name: file.new for file in load(mast, [tmp_path / "files"]).files}
    assert loaded == {"a.dat": 50, "grown.dat": 20, "card.dat": 240}
    assert not [path for path in mast.archive.rglob("*") if path.is_file() and len(path.name) != 64]
    monkeypatch.undo()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        (again,) = load(mast, [tmp_path / name]).files
        assert (again.state, again.new, again.changed) == ("loaded", 0, 0)
