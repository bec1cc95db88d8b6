"""Folders, shares and the landing folder: what is new comes in once, and what lies there is left as it is."""

from __future__ import annotations

import os
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from loaders.fetching.frame import shown
from tests.loaders.fetching.conftest import FEW_BYTES, LARGE_BYTES, Instance, enlarge, most_memory_of, state_of


@pytest.fixture
def share(fetching: Instance, remote: Path) -> Instance:
    """An instance with one source, a folder."""
    fetching.configure(f'name = "share"\nkind = "folder"\npath = "{remote}"')
    return fetching


def test_what_is_there_comes_in_under_its_path_and_only_once(share: Instance, put: Callable[..., Path]) -> None:
    put("mast.dat", b"one")
    put("2024/05/mast.dat", b"three")
    first = share.fetch_one("share")
    assert (first.listed, first.new, first.bytes, first.failed, first.error) == (2, 2, 8, 0, None)
    assert share.ledger() == {"folder:share/mast.dat": 3, "folder:share/2024/05/mast.dat": 5}
    assert sorted(share.archived().values()) == [b"one", b"three"]
    second = share.fetch_one("share")
    assert (second.listed, second.new, second.bytes) == (2, 0, 0)


def test_nothing_is_touched_at_the_source(share: Instance, put: Callable[..., Path], remote: Path) -> None:
    put("mast.dat", b"one")
    put("deep/er/mast.dat", b"two")
    before = state_of(remote)
    for _ in range(2):
        share.fetch_one("share")
    assert state_of(remote) == before


def test_a_file_that_was_changed_comes_anew(share: Instance, put: Callable[..., Path]) -> None:
    put("mast.dat", b"one", age_s=7200)
    share.fetch_one("share")
    put("mast.dat", b"two", age_s=3600)
    assert share.fetch_one("share").new == 1
    assert sorted(share.archived().values()) == [b"one", b"two"]
    put("mast.dat", b"grown", age_s=3600)
    assert share.fetch_one("share").new == 1


def test_two_files_of_one_content_are_kept_once(share: Instance, put: Callable[..., Path]) -> None:
    put("a.dat", b"same")
    put("b.dat", b"same")
    assert share.fetch_one("share").new == 2
    assert list(share.archived().values()) == [b"same"]
    assert share.fetch_one("share").new == 0


def test_only_wanted_names_come(fetching: Instance, remote: Path, put: Callable[..., Path]) -> None:
    fetching.configure(
        f'name = "share"\nkind = "folder"\npath = "{remote}"\n'
        'include = ["*.dat", "rld/*.rld"]\nexclude = ["old/*", "*_test.dat"]'
    )
    for name in ("a.dat", "B.DAT", "deep/c.dat", "rld/d.RLD", "e.rld", "old/f.dat", "OLD/g.dat", "h_test.dat", "i.txt"):
        put(name, name.encode())
    assert fetching.fetch_one("share").new == 4
    assert {path.removeprefix("folder:share/") for path in fetching.ledger()} == {
        "a.dat",
        "B.DAT",
        "deep/c.dat",
        "rld/d.RLD",
    }


def test_files_from_before_a_day_stay_away(fetching: Instance, remote: Path, put: Callable[..., Path]) -> None:
    fetching.configure(f'name = "share"\nkind = "folder"\npath = "{remote}"\nsince = 2024-01-01')
    for name, moment in {"old.dat": 1704067199, "new.dat": 1704067200}.items():
        os.utime(put(name, name.encode()), (moment, moment))
    fetching.fetch_one("share")
    assert list(fetching.ledger()) == ["folder:share/new.dat"]


@pytest.mark.parametrize("name", [".hidden.dat", "mast.dat.part", "mast.tmp", "mast.dat.filepart", "x/.mast.dat.Xq3"])
def test_a_name_of_an_unfinished_file_waits_always(share: Instance, put: Callable[..., Path], name: str) -> None:
    put(name, b"half")
    assert share.fetch_one("share").listed == 0


def test_a_file_waits_until_nobody_has_written_for_a_while(fetching: Instance, remote: Path) -> None:
    fetching.configure(f'name = "share"\nkind = "folder"\npath = "{remote}"\nsettle_s = 2')
    (remote / "mast.dat").write_bytes(b"half")
    first = fetching.fetch_one("share")
    assert (first.listed, first.waiting) == (0, 1)
    time.sleep(2.1)
    assert fetching.fetch_one("share").new == 1


def test_a_file_of_a_clock_that_is_ahead_does_not_wait(share: Instance, put: Callable[..., Path]) -> None:
    put("mast.dat", b"tomorrow", age_s=-86400)
    assert share.fetch_one("share").new == 1


def test_all_files_of_a_source_belong_to_its_logger(fetching: Instance, remote: Path, put: Callable[..., Path]) -> None:
    fetching.configure(f'name = "share"\nkind = "folder"\npath = "{remote}"\nlogger = "4711"')
    put("mast.dat", b"one")
    fetching.fetch_one("share")
    assert fetching.rows("select logger, claimed_by, state from raw.file") == [("4711", "option", "landed")]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("größe.dat".encode(), "größe.dat"),
        (b"gr\xf6\xdfe.dat", r"gr\xf6\xdfe.dat"),
        (rb"gr\xf6.dat", r"gr\\xf6.dat"),
        (b"a\nb\x1b[31m.dat", r"a\x0ab\x1b[31m.dat"),
        (b"a b'\"$(id);.dat", "a b'\"$(id);.dat"),
        (b"%s%n{0}.dat", "%s%n{0}.dat"),
    ],
)
def test_any_name_comes_in(share: Instance, put: Callable[..., Path], name: bytes, told: str) -> None:
    put(name, b"one")
    result = share.fetch_one("share")
    assert (result.new, result.error) == (1, None)
    assert list(share.ledger()) == [f"folder:share/{told}"]
    assert share.fetch_one("share").new == 0


def test_names_that_differ_are_shown_differently() -> None:
    names = [b"a\xff", rb"a\xff", rb"a\\xff", b"a\\\xff", "aÿ".encode()]
    assert len({shown(name) for name in names}) == len(names)


def test_a_link_to_a_file_is_followed_and_one_to_a_folder_is_not(
    share: Instance, put: Callable[..., Path], remote: Path
) -> None:
    target = put("real.dat", b"one")
    (remote / "link.dat").symlink_to(target)
    (remote / "circle").symlink_to(remote)
    (remote / "broken.dat").symlink_to("nowhere")
    result = share.fetch_one("share")
    assert (result.listed, result.error) == (2, None)


def test_what_is_no_file_is_passed_over(share: Instance, put: Callable[..., Path], remote: Path) -> None:
    put("mast.dat", b"one")
    os.mkfifo(remote / "pipe.dat")
    assert share.fetch_one("share").listed == 1


def test_a_folder_deeper_than_any_stack_is_read(share: Instance, remote: Path) -> None:
    deep = f"{remote}/{'d/' * 1200}"
    subprocess.run(["/bin/mkdir", "-p", deep], check=True)
    subprocess.run(["/usr/bin/touch", "-d", "2020-01-01", f"{deep}mast.dat"], check=True)
    assert share.fetch_one("share").new == 1
    subprocess.run(["/bin/rm", "-r", f"{remote}/d"], check=True)  # Python's own way recurses


def test_a_folder_that_is_not_there_is_told(fetching: Instance) -> None:
    fetching.configure('name = "share"\nkind = "folder"\npath = "/nowhere/at/all"')
    error = fetching.fetch_one("share").error
    assert error == {
        "what": "the folder can't be read: No such file or directory",
        "where": "/nowhere/at/all",
        "remedy": "is it there, and mounted?",
    }


def test_a_growing_file_is_read_from_where_the_archive_ends(
    fetching: Instance, remote: Path, put: Callable[..., Path]
) -> None:
    fetching.configure(f'name = "share"\nkind = "folder"\npath = "{remote}"\nappends = true')
    content = os.urandom(200_000)
    put("mast.dat", content)
    assert fetching.fetch_one("share").bytes == 200_000
    put("mast.dat", content + b"more")
    assert fetching.fetch_one("share").bytes == 64 * 1024 + 4
    assert content + b"more" in fetching.archived().values()


@pytest.mark.parametrize("changed", [b"x" * 200_004, b"short"])
def test_a_file_that_was_written_anew_comes_whole(
    fetching: Instance, remote: Path, put: Callable[..., Path], changed: bytes
) -> None:
    fetching.configure(f'name = "share"\nkind = "folder"\npath = "{remote}"\nappends = true')
    put("mast.dat", os.urandom(200_000))
    fetching.fetch_one("share")
    put("mast.dat", changed)
    assert fetching.fetch_one("share").new == 1
    assert changed in fetching.archived().values()


def test_a_large_file_needs_no_memory_be_it_new_or_grown(
    fetching: Instance, remote: Path, put: Callable[..., Path]
) -> None:
    fetching.configure(f'name = "share"\nkind = "folder"\npath = "{remote}"\nappends = true')
    enlarge(put("mast.dat", b""))
    assert most_memory_of(lambda: fetching.fetch_one("share")) < FEW_BYTES
    enlarge(remote / "mast.dat", LARGE_BYTES + 1000)
    assert most_memory_of(lambda: fetching.fetch_one("share")) < FEW_BYTES
    assert sorted(fetching.rows("select begins_at_byte + size_bytes from raw.file")) == [
        (LARGE_BYTES,),
        (LARGE_BYTES + 1000,),
    ]
    assert not list(fetching.home.archive.glob(".new-*"))


def test_what_is_put_into_the_landing_folder_comes_without_configuration(fetching: Instance) -> None:
    assert fetching.fetch()["landing"].error is None
    assert stat.S_IMODE(fetching.home.landing.stat().st_mode) == 0o1730
    path = fetching.home.landing / "mast.dat"
    path.write_bytes(b"one")
    assert fetching.fetch()["landing"].listed == 0
    os.utime(path, (1e9, 1e9))
    assert fetching.fetch()["landing"].new == 1
    assert fetching.ledger() == {"landing/mast.dat": 3}
    assert path.read_bytes() == b"one"


def test_rights_that_somebody_gave_the_landing_folder_stay(fetching: Instance) -> None:
    fetching.home.landing.mkdir()
    fetching.home.landing.chmod(0o1777)
    fetching.fetch("landing")
    assert stat.S_IMODE(fetching.home.landing.stat().st_mode) == 0o1777


def test_a_link_in_the_landing_folder_gives_away_nothing(fetching: Instance, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    os.utime(secret, (1e9, 1e9))
    fetching.fetch("landing")
    (fetching.home.landing / "mast.dat").symlink_to(secret)
    (fetching.home.landing / "folder").symlink_to(tmp_path)
    assert fetching.fetch_one("landing").listed == 0
    assert fetching.archived() == {}


def test_the_landing_folder_can_be_told_how_long_to_wait(fetching: Instance) -> None:
    fetching.configure('name = "landing"\nkind = "landing"\nsettle_s = 0\nlogger = "4711"')
    fetching.fetch("landing")
    (fetching.home.landing / "mast.dat").write_bytes(b"one")
    assert fetching.fetch_one("landing").new == 1
    assert fetching.rows("select logger from raw.file") == [("4711",)]
