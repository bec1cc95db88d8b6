"""Files that appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from database.errors import SetupError
from exporters.writing import replacing


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "exports" / "mast.csv"
    with replacing(path) as output:
        output.write(b"half")
        assert not path.exists()
    assert path.read_bytes() == b"half"
    assert list(path.parent.iterdir()) == [path]


def test_an_export_that_fails_leaves_the_older_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "mast.csv"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), replacing(path) as output:
        output.write(b"half" * (1 // len(b"")))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_export_left_is_cleared_by_the_next_one(tmp_path: Path) -> None:
    (tmp_path / ".mast.csv.0123.partial").write_bytes(b"half")
    (tmp_path / ".other.csv.0123.partial").write_bytes(b"half")
    with replacing(tmp_path / "mast.csv") as output:
        output.write(b"whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".other.csv.0123.partial", "mast.csv"]


def test_two_exports_of_one_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = tmp_path / "mast.csv"
    with replacing(path) as first:
        first.write(b"first")
        with replacing(path) as second:
            second.write(b"second")
        assert path.read_bytes() == b"second"
    assert path.read_bytes() == b"first"


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "exports").write_bytes(b"a file, not a folder")
    with pytest.raises(SetupError) as caught, replacing(tmp_path / "exports" / "mast.csv"):
        pass
    assert caught.value.where.endswith("exports/mast.csv")
