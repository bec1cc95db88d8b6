"""Fetching as a whole: sources fail alone and wait, what is remembered holds, and it can be killed at any moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database.connection import connect
from database.errors import UsageError
from database.home import Home
from loaders.fetching import remembered
from loaders.fetching.frame import Entry, moment, shown
from loaders.loading import load_waiting
from orchestration import status
from tests.commands import run
from tests.loaders.campaign import toa5
from tests.loaders.fetching.conftest import Instance

FETCH = """
import os, sys
from pathlib import Path
from database.home import Home
from loaders.fetching.fetching import fetch
from loaders.unwrapping import Settings
home = Home(Path(sys.argv[1]))
fetch(home, Settings.of(home, {}))
"""


def folder(name: str, path: object, *further: str) -> str:
    return "\n".join([f'name = "{name}"', 'kind = "folder"', f'path = "{path}"', *further])


def test_a_source_that_fails_holds_up_no_other(fetching: Instance, remote: Path, put: Callable[..., Path]) -> None:
    put("mast.dat", b"one")
    broken = ['name = "modem"', 'kind = "sftp"', 'host = "127.0.0.1"', "port = 1", 'username = "x"']
    login = ['password_env = "PASSWORD"', 'host_key = "SHA256:x"']
    fetching.configure(
        folder("gone", "/nowhere"), "\n".join([*broken, *login]), folder("share", remote), folder("secret", remote)
    )
    results = fetching.fetch()
    assert list(results) == ["gone", "modem", "share", "secret", "landing"]
    assert [result.error is None for result in results.values()] == [False, False, True, True, True]
    assert results["share"].new == 1


def test_a_fault_that_nobody_foresaw_holds_up_no_other(
    fetching: Instance, remote: Path, put: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    put("mast.dat", b"one")
    fetching.configure(folder("bad", remote), folder("good", remote))
    begin = remembered.begin

    def failing(connection: object, source: object, place: str) -> None:
        if getattr(source, "name", "") == "bad":
            raise ZeroDivisionError("a fault of ours")
        begin(connection, source, place)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(remembered, "begin", failing)
    results = fetching.fetch()
    assert results["bad"].error is not None
    assert results["bad"].error["what"] == "ZeroDivisionError: a fault of ours"
    assert results["good"].new == 1


def test_a_source_that_failed_waits_twice_as_long_each_time(fetching: Instance) -> None:
    fetching.configure(folder("gone", "/nowhere"))
    waits = []
    for _ in range(10):
        fetching.fetch("gone")  # by its name it is tried at once
        ((wait,),) = fetching.rows(
            "select round(extract(epoch from next_attempt_at - last_attempt_at) / 60) from ops.source"
        )
        waits.append(int(wait))
    assert waits == [5, 10, 20, 40, 80, 160, 320, 360, 360, 360]
    left_alone = fetching.fetch()["gone"]
    assert left_alone.waits_until is not None
    assert left_alone.error is not None
    assert fetching.rows("select failures_in_a_row from ops.source where source = 'gone'") == [(10,)]


def test_a_source_that_is_well_again_does_not_wait(
    fetching: Instance, tmp_path: Path, put: Callable[..., Path], remote: Path
) -> None:
    fetching.configure(folder("share", tmp_path / "mounted"))
    fetching.fetch("share")
    (tmp_path / "mounted").symlink_to(remote)
    put("mast.dat", b"one")
    assert fetching.fetch_one("share").new == 1
    assert fetching.rows("select failures_in_a_row, next_attempt_at, error, new from ops.source") == [
        (0, None, None, 1)
    ]


def test_all_that_happened_stands_on_record(fetching: Instance, remote: Path, put: Callable[..., Path]) -> None:
    put("mast.dat", b"one")
    fetching.configure(folder("share", remote))
    fetching.fetch("share")
    fetching.fetch("share")
    assert fetching.rows(
        "select listed, new, bytes, failed, last_success_at > last_attempt_at, last_new_at < last_success_at"
        " from ops.source"
    ) == [(1, 0, 0, 0, True, True)]
    assert fetching.rows("select path, size_bytes, array_length(sha256, 1) from ops.source_file") == [
        ("mast.dat", 3, 1)
    ]


def test_of_a_source_that_is_elsewhere_now_nothing_is_remembered(
    fetching: Instance, remote: Path, put: Callable[..., Path], tmp_path: Path
) -> None:
    put("mast.dat", b"one")
    fetching.configure(folder("share", remote))
    fetching.fetch("share")
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "mast.dat"
    other.write_bytes(b"two")
    told = (remote / "mast.dat").stat()
    os.utime(other, ns=(told.st_mtime_ns, told.st_mtime_ns))
    fetching.configure(folder("share", tmp_path / "other"))
    assert fetching.fetch_one("share").new == 1
    assert set(fetching.archived().values()) == {b"one", b"two"}


def test_two_at_once_do_not_meet(fetching: Instance, remote: Path, put: Callable[..., Path]) -> None:
    put("mast.dat", b"one")
    fetching.configure(folder("share", remote))
    with connect(fetching.home, "loader") as connection, remembered.alone(connection, "share"):
        error = fetching.fetch_one("share").error
    assert error is not None
    assert error["what"] == "another process is fetching from it"
    assert fetching.fetch_one("share").new == 1


def test_a_dry_run_tells_and_does_nothing(fetching: Instance, remote: Path, put: Callable[..., Path]) -> None:
    put("b.dat", b"two", age_s=100)
    put("a.dat", b"one", age_s=50)
    fetching.configure(folder("share", remote))
    result = fetching.fetch("share", dry_run=True)["share"]
    assert (result.listed, result.new, result.would_fetch) == (2, 0, ["b.dat", "a.dat"])
    assert fetching.rows("select * from ops.source") == []
    assert fetching.archived() == {}


def test_a_source_that_is_none_is_told_with_those_that_are(fetching: Instance) -> None:
    fetching.configure(folder("share", "/nowhere"))
    with pytest.raises(UsageError) as caught:
        fetching.fetch("shore")
    assert caught.value.remedy == "one of landing, share"


def test_a_list_of_100000_files_takes_seconds(fetching: Instance) -> None:
    entries = [
        Entry(f"2024/{number % 365:03d}/mast_{number}.dat", None, number, moment(1.7e9 + number * 60))
        for number in range(100_000)
    ]
    with connect(fetching.home, "loader") as connection:
        connection.execute("insert into ops.source (source, kind, place) values ('big', 'folder', '')")
        begun = time.monotonic()
        assert len(remembered.not_held(connection, "big", entries)) == 100_000
        first = time.monotonic() - begun
        connection.execute(
            "insert into ops.source_file (source, path, size_bytes, modified_at)"
            " select 'big', format('2024/%s/mast_%s.dat', to_char(number % 365, 'fm000'), number), number,"
            " to_timestamp(1.7e9 + number * 60) from generate_series(0, 99999) as number"
        )
        begun = time.monotonic()
        changed = [*entries[:-1], Entry(entries[-1].path, None, 5, entries[-1].modified)]
        assert [wanted.entry for wanted in remembered.not_held(connection, "big", changed)] == [changed[-1]]
        again = time.monotonic() - begun
    print(f"100,000 files: all new {first:.2f} s, one changed {again:.2f} s")  # noqa: T201  # a measurement
    assert max(first, again) < 10


@given(st.binary(min_size=1, max_size=40), st.binary(min_size=1, max_size=40))
@settings(max_examples=500)
def test_every_name_is_shown_and_none_as_another(one: bytes, other: bytes) -> None:
    assert shown(one).isprintable()
    assert (shown(one) == shown(other)) == (one == other)


@pytest.mark.parametrize("killed_at", [1, 40, 90, 170])
def test_killed_and_repeated_it_ends_as_undisturbed(fetching: Instance, remote: Path, killed_at: int) -> None:
    for number in range(200):
        path = remote / f"{number}.dat"
        path.write_bytes(f"content {number}".encode())
        os.utime(path, (1e9, 1e9))
    fetching.configure(folder("share", remote))
    begun = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", FETCH, str(fetching.home.path)])
    with connect(fetching.home, "loader") as connection:
        while connection.execute("select count(*) >= %s from ops.source_file", [killed_at]).fetchone() != (True,):
            assert time.monotonic() - begun < 60
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    fetching.fetch("share")
    assert fetching.fetch_one("share").new == 0
    assert set(fetching.archived().values()) == {f"content {number}".encode() for number in range(200)}
    assert fetching.rows("select count(*), count(distinct sha256) from raw.file") == [(200, 200)]
    assert fetching.rows(
        "select count(*) from ops.source_file, raw.file where raw.file.sha256 = any(source_file.sha256)"
    ) == [(200,)]


def test_killed_between_ledger_and_memory_it_repeats_without_harm(
    fetching: Instance, remote: Path, put: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    put("mast.dat", b"one")
    fetching.configure(folder("share", remote))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(remembered, "keep", killed)
        fetching.fetch("share")
    assert fetching.rows("select count(*) from raw.file") == [(1,)]
    assert fetching.rows("select count(*) from ops.source_file") == [(0,)]
    assert fetching.fetch_one("share").new == 1
    assert fetching.rows("select count(*) from raw.file") == [(1,)]
    assert fetching.fetch_one("share").new == 0


@pytest.fixture
def field(mast: Home) -> Instance:
    """An instance whose metadata know the mast."""
    return Instance(mast)


def test_the_command_fetches_loads_and_tells(field: Instance, remote: Path, put: Callable[..., Path]) -> None:
    put("mast.dat", toa5({0: [1], 1: [2]}))
    field.configure(folder("share", remote))
    dry = json.loads(run(field.home, "fetch", "--dry-run", "--json"))
    assert dry["sources"][0]["would_fetch"] == ["mast.dat"]
    told = json.loads(run(field.home, "fetch", "--json"))
    assert told["sources"][0].keys() >= {"name", "kind", "listed", "new", "bytes", "failed", "error", "seconds"}
    assert [(source["name"], source["new"]) for source in told["sources"]] == [("share", 1), ("landing", 0)]
    assert [(file["path"], file["new"], file["state"]) for file in told["files"]] == [
        ("folder:share/mast.dat", 2, "loaded")
    ]
    assert "share: 1 listed, 0 new, 0 failed, 0 bytes" in run(field.home, "fetch")
    put("next.dat", toa5({2: [3]}))
    run(field.home, "fetch", "share", "--no-load")
    assert field.rows("select state, count(*) from raw.file group by 1 order by 1") == [("landed", 1), ("loaded", 1)]
    assert len(load_waiting(field.home).files) == 1


def test_the_command_fails_where_a_source_does(field: Instance, remote: Path, put: Callable[..., Path]) -> None:
    put("mast.dat", toa5({0: [1]}))
    field.configure(folder("gone", "/nowhere"), folder("share", remote))
    told = run(field.home, "fetch", expect=1)
    assert "failed: the folder can't be read: No such file or directory" in told
    assert "1 files were read: 1 new readings" in told
    again = run(field.home, "fetch", expect=1)
    assert "gone: left alone until" in again
    assert run(field.home, "fetch", "share")
    assert (
        "one of gone, landing, share"
        in json.loads(run(field.home, "fetch", "x", "--json", expect=1))["error"]["remedy"]
    )


def findings(home: Home) -> list[tuple[str, str]]:
    return [(found.kind, found.text) for found in status.read(home).findings if found.kind.startswith("source")]


def test_status_tells_of_sources_that_failed_or_are_late(field: Instance, remote: Path) -> None:
    field.configure(folder("gone", "/nowhere"), folder("idle", remote, "late_after_h = 2"), folder("old", remote))
    field.fetch()
    ((kind, text),) = findings(field.home)
    assert kind == "source_failed"
    assert text.startswith(
        "gone: the folder can't be read: No such file or directory (is it there, and mounted?; tried"
    )
    assert text.endswith("at once by stationmanager fetch gone)")
    with connect(field.home, "loader") as connection:
        connection.execute(
            "update ops.source set first_attempt_at = '2024-01-01Z', last_success_at = '2024-01-02Z'"
            " where source = 'old'"
        )
        connection.execute("update ops.source set first_attempt_at = '2024-01-01Z' where source = 'idle'")
    assert findings(field.home)[1:] == [
        ("source_late", "idle: no new file since 2024-01-01 00:00 UTC, one expected every 2.0 hours"),
        ("source_late", "old: not fetched since 2024-01-02 00:00 UTC (stationmanager fetch)"),
    ]
    field.configure()
    field.fetch()
    assert findings(field.home) == []
