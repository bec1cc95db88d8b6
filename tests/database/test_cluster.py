"""The embedded cluster: made once, private, mended after a crash, and never in another's way."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from database import migrating, preparing
from database.connection import ROLES, connect, parameters, url
from database.embedded import cluster
from database.embedded.account import server_account
from database.embedded.programs import find_programs
from database.embedded.settings import Machine, configuration
from database.errors import DatabaseUnavailable, SetupError
from database.home import Home


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a space in its name that the server's account can enter."""
    with TemporaryDirectory(prefix="stationmanager tests ") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def fresh(place: Path) -> Iterator[Home]:
    """A home with a running cluster of its own."""
    home = Home(place / "one")
    preparing.prepare(home, print)
    yield home
    cluster.stop(home)


def answer(home: Home) -> object:
    with connect(home, "loader") as connection:
        return connection.execute("select count(*) from raw.reading").fetchone()


def test_every_role_connects_with_its_password_only(fresh: Home) -> None:
    for role in ROLES:
        with connect(fresh, role) as connection:
            assert connection.execute("select current_user").fetchone() == (role,)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**{**parameters(fresh, role), "password": "wrong"})  # type: ignore[arg-type]  # libpq's keywords
    assert url(fresh, "analyst").startswith("postgresql://analyst:")


def test_secrets_are_readable_by_their_owner_alone(fresh: Home) -> None:
    private = [
        fresh.credentials,
        fresh.path / "cluster.json",
        Path(json.loads((fresh.path / "cluster.json").read_text())["data"]),
    ]
    assert [stat.S_IMODE(path.stat().st_mode) & 0o077 for path in private] == [0, 0, 0]


def test_it_listens_on_this_machine_alone_without_telemetry_and_never_as_root(fresh: Home) -> None:
    with connect(fresh, "owner") as connection:
        shown = {
            name: connection.execute(f"show {name}".encode()).fetchone()
            for name in ("listen_addresses", "timescaledb.telemetry_level", "jit", "fsync", "full_page_writes")
        }
    assert [value and value[0] for value in shown.values()] == ["127.0.0.1", "off", "off", "on", "on"]
    assert server_account().uid != 0


def test_preparing_twice_changes_nothing(fresh: Home) -> None:
    before = fresh.credentials.read_text()
    preparing.prepare(fresh, print)
    assert fresh.credentials.read_text() == before
    assert answer(fresh) == (0,)


def test_a_killed_server_starts_again_with_its_data(fresh: Home) -> None:
    with connect(fresh, "loader") as connection:
        connection.execute("insert into raw.reading values ('2020-01-01Z', 1, 1, 5.0)")
    data = Path(json.loads((fresh.path / "cluster.json").read_text())["data"])
    os.kill(int((data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    while cluster.is_running(fresh):  # a killed process lingers for a moment
        time.sleep(0.05)
    preparing.prepare(fresh, print)
    assert answer(fresh) == (1,)


def test_a_half_made_cluster_is_made_anew(place: Path) -> None:
    home = Home(place / "half")
    (home.path / "cluster" / "data.making").mkdir(parents=True)
    (home.path / "cluster" / "data.making" / "PG_VERSION").write_text("17\n")
    preparing.prepare(home, print)
    try:
        assert answer(home) == (0,)
    finally:
        cluster.stop(home)


def test_a_second_home_takes_another_port(fresh: Home, place: Path) -> None:
    other = Home(place / "two")
    preparing.prepare(other, print)
    try:
        assert parameters(other, "loader")["port"] != parameters(fresh, "loader")["port"]
        assert answer(other) == answer(fresh) == (0,)
    finally:
        cluster.stop(other)


def test_a_port_that_another_has_taken_meanwhile_is_given_up(fresh: Home) -> None:
    cluster.stop(fresh)
    port = parameters(fresh, "loader")["port"]
    with taken(int(port)):
        preparing.prepare(fresh, print)
        assert parameters(fresh, "loader")["port"] != port
        assert answer(fresh) == (0,)


def test_a_port_that_is_taken_between_the_look_and_the_start_is_given_up(
    fresh: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.stop(fresh)
    port = parameters(fresh, "loader")["port"]
    looked = cluster._port_is_free
    first = iter([True])
    monkeypatch.setattr(cluster, "_port_is_free", lambda number: next(first, None) or looked(number))
    with taken(int(port)):
        preparing.prepare(fresh, print)
        assert parameters(fresh, "loader")["port"] != port
        assert answer(fresh) == (0,)


@contextmanager
def taken(port: int) -> Iterator[None]:
    """Have a port taken: by this test, unless one that runs beside it was faster."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # our own server's connections linger
        with suppress(OSError):
            other.bind(("127.0.0.1", port))
            other.listen()
        yield


def test_a_home_that_the_servers_account_can_not_enter_keeps_its_cluster_beside(place: Path) -> None:
    if server_account().is_ours:
        pytest.skip("only root hands the server to another account")
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    home = Home(closed / "home")
    preparing.prepare(home, print)
    try:
        data = json.loads((home.path / "cluster.json").read_text())["data"]
        assert data.startswith("/var/lib/stationmanager/")
        assert answer(home) == (0,)
    finally:
        cluster.stop(home)


def test_stopping_what_does_not_run_is_no_error(place: Path) -> None:
    assert cluster.stop(Home(place / "none")) is False


def test_a_stopped_database_is_an_error_that_says_how_to_start_it(fresh: Home) -> None:
    cluster.stop(fresh)
    with pytest.raises(DatabaseUnavailable) as raised:
        connect(fresh, "analyst")
    assert (raised.value.what, raised.value.remedy) == ("the database isn't running", "stationmanager up")


def test_a_server_of_ones_own_that_does_not_answer_is_told_whole(tmp_path: Path) -> None:
    home = Home(tmp_path, server_url="postgresql://somebody@127.0.0.1:1/wind")
    reaches = (
        lambda: preparing.prepare(home, print),
        lambda: migrating.upgrade(home),
        lambda: connect(home, "analyst"),
    )
    for reach in reaches:
        with pytest.raises(
            DatabaseUnavailable, match="Connection refused Is the server running on that host"
        ) as raised:
            reach()
        assert raised.value.remedy == "is the server running, and is STATIONMANAGER_DATABASE_URL right?"


def test_lost_passwords_are_explained(fresh: Home) -> None:
    cluster.stop(fresh)
    fresh.credentials.unlink()
    with pytest.raises(SetupError) as raised:
        preparing.prepare(fresh, print)
    assert raised.value.what == "the cluster is there, but its passwords are not"


def test_a_cluster_of_another_version_is_explained(fresh: Home) -> None:
    cluster.stop(fresh)
    data = Path(json.loads((fresh.path / "cluster.json").read_text())["data"])
    (data / "PG_VERSION").write_text("13\n")
    with pytest.raises(SetupError, match="was made by PostgreSQL 13"):
        preparing.prepare(fresh, print)


@pytest.mark.parametrize(("memory_mb", "shared"), [(512, "128MB"), (24_000, "6000MB"), (256_000, "8192MB")])
def test_memory_is_shared_out_within_bounds(memory_mb: int, shared: str) -> None:
    text = configuration(Machine(memory_mb, 2), port=1, socket_folder=Path("/a b"), log_folder=Path("/it's"))
    assert f"shared_buffers = '{shared}'" in text
    assert "log_directory = '/it''s'" in text


def test_an_older_postgresql_without_timescaledb_is_passed_over() -> None:
    programs = find_programs(print)
    share = programs.folder.parent.parent.parent.parent / "share" / "postgresql"
    assert list(share.glob("*/extension/timescaledb.control"))
