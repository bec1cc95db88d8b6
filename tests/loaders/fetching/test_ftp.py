"""FTP, plain and by TLS, against a real server: what comes, what breaks, who is trusted; nothing is touched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from loaders.fetching import ftp
from tests.loaders.fetching.conftest import FEW_BYTES, LARGE_BYTES, Instance, enlarge, most_memory_of, state_of
from tests.loaders.fetching.ftp_server import Server, serving

READING = {"USER", "PASS", "CWD", "OPTS", "TYPE", "PASV", "EPSV", "MLSD", "LIST", "RETR", "REST", "QUIT", "AUTH"}
READING |= {"PBSZ", "PROT"}


@pytest.fixture(scope="session")
def certificate(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("certificates") / "server.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(path))
    return path


@pytest.fixture
def plain(remote: Path) -> Iterator[Server]:
    with serving(remote) as running:
        yield running


@pytest.fixture
def encrypted(remote: Path, certificate: Path) -> Iterator[Server]:
    with serving(remote, certificate=certificate) as running:
        yield running


def section(server: Server, *further: str, kind: str = "ftp", host: str = "127.0.0.1") -> str:
    lines = ['name = "box"', f'kind = "{kind}"', f'host = "{host}"', f"port = {server.port}", 'username = "mast"']
    return "\n".join([*lines, 'password_env = "PASSWORD"', "timeout_s = 5", *further])


def error_of(instance: Instance) -> str:
    error = instance.fetch_one("box").error
    assert error is not None
    return str(error["what"])


def test_files_come_in_once_and_nothing_is_touched(
    fetching: Instance, plain: Server, put: Callable[..., Path], remote: Path
) -> None:
    fetching.configure(section(plain))
    big = os.urandom(3_000_000)
    put("mast.dat", b"one\r\ntwo\n")
    put("2024/mast.dat", big)
    before = state_of(remote)
    first = fetching.fetch_one("box")
    assert (first.listed, first.new, first.bytes, first.error) == (2, 2, 3_000_009, None)
    assert fetching.ledger() == {"ftp:box/mast.dat": 9, "ftp:box/2024/mast.dat": 3_000_000}
    assert set(fetching.archived().values()) == {b"one\r\ntwo\n", big}
    assert fetching.fetch_one("box").new == 0
    assert set(plain.asked) <= READING
    assert state_of(remote) == before


def test_a_changed_file_comes_anew(fetching: Instance, plain: Server, put: Callable[..., Path]) -> None:
    fetching.configure(section(plain))
    put("mast.dat", b"one", age_s=7200)
    fetching.fetch_one("box")
    put("mast.dat", b"two")
    assert fetching.fetch_one("box").new == 1


def test_files_come_in_by_tls(fetching: Instance, encrypted: Server, put: Callable[..., Path], ca_file: Path) -> None:
    fetching.configure(section(encrypted, f'ca_file = "{ca_file}"', kind="ftps", host="localhost"))
    big = os.urandom(3_000_000)
    put("mast.dat", big)
    result = fetching.fetch_one("box")
    assert (result.new, result.error) == (1, None)
    assert list(fetching.archived().values()) == [big]
    assert "PROT" in encrypted.asked


def test_a_certificate_of_nobody_known_is_refused(
    fetching: Instance, encrypted: Server, put: Callable[..., Path]
) -> None:
    put("mast.dat", b"one")
    fetching.configure(section(encrypted, kind="ftps", host="localhost"))
    assert error_of(fetching).startswith("the server's certificate is not good: ")
    assert "PASS" not in encrypted.asked


def test_a_certificate_for_another_host_is_refused(fetching: Instance, encrypted: Server, ca_file: Path) -> None:
    fetching.configure(section(encrypted, f'ca_file = "{ca_file}"', kind="ftps"))
    assert error_of(fetching).startswith("the server's certificate is not good: ")
    assert "PASS" not in encrypted.asked


def test_a_server_that_does_not_encrypt_gets_no_password(fetching: Instance, plain: Server) -> None:
    fetching.configure(section(plain, kind="ftps"))
    assert fetching.fetch_one("box").error is not None
    assert "PASS" not in plain.asked


def test_a_wrong_password_is_told(fetching: Instance, plain: Server) -> None:
    (fetching.home.path / "secret").write_bytes(b"wrong")
    (fetching.home.path / "secret").chmod(0o600)
    fetching.configure(section(plain).replace('password_env = "PASSWORD"', 'password_file = "secret"'))
    assert error_of(fetching) == "the server does not let us in"


def test_a_folder_that_is_not_there_is_told(fetching: Instance, plain: Server) -> None:
    fetching.configure(section(plain, 'path = "nowhere"'))
    assert error_of(fetching).startswith("it can't be read: 550")


@pytest.mark.parametrize("name", [b"gr\xf6\xdfe.dat", "größe.dat".encode(), b"with space.dat", rb"a\b.dat"])
def test_any_name_comes_in(fetching: Instance, plain: Server, put: Callable[..., Path], name: bytes) -> None:
    fetching.configure(section(plain))
    put(name, b"one")
    result = fetching.fetch_one("box")
    assert (result.new, result.error) == (1, None)
    assert fetching.fetch_one("box").new == 0


@pytest.mark.parametrize("quietly", [False, True])
def test_a_transfer_that_breaks_leaves_nothing_half_done(
    fetching: Instance, plain: Server, put: Callable[..., Path], *, quietly: bool
) -> None:
    fetching.configure(section(plain))
    content = os.urandom(2_000_000)
    put("a.dat", content, age_s=9000)
    put("b.dat", b"small", age_s=8000)
    plain.breaks_after_bytes, plain.breaks_quietly = 1_000_000, quietly
    broken = fetching.fetch_one("box")
    assert (broken.new, broken.failed) == (1, 1)
    assert list(fetching.archived().values()) == [b"small"]
    plain.breaks_after_bytes = None
    assert fetching.fetch_one("box").new == 1
    assert content in fetching.archived().values()


def test_a_large_file_needs_no_memory(fetching: Instance, plain: Server, put: Callable[..., Path]) -> None:
    fetching.configure(section(plain))
    enlarge(put("mast.dat", b""))
    assert most_memory_of(lambda: fetching.fetch_one("box")) < FEW_BYTES
    assert fetching.ledger() == {"ftp:box/mast.dat": LARGE_BYTES}


def test_of_a_growing_file_only_what_was_appended_is_transferred(
    fetching: Instance, plain: Server, put: Callable[..., Path]
) -> None:
    fetching.configure(section(plain, "appends = true"))
    content = os.urandom(1_000_000)
    put("mast.dat", content)
    fetching.fetch_one("box")
    plain.bytes_sent = 0
    put("mast.dat", content + b"more")
    assert fetching.fetch_one("box").bytes == 64 * 1024 + 4
    assert plain.bytes_sent < 70_000
    assert content + b"more" in fetching.archived().values()


def test_a_server_that_lists_only_for_people_is_read_too(
    fetching: Instance, remote: Path, put: Callable[..., Path]
) -> None:
    put("mast.dat", b"one")
    put("old/with space.dat", b"three", age_s=400 * 86400)
    with serving(remote, without=("MLSD", "MLST")) as server:
        fetching.configure(section(server))
        first = fetching.fetch_one("box")
        assert (first.new, first.error) == (2, None)
        assert fetching.fetch_one("box").new == 0
        put("mast.dat", b"grown")
        assert fetching.fetch_one("box").new == 1
        assert set(fetching.ledger()) == {"ftp:box/mast.dat", "ftp:box/old/with space.dat"} | set(fetching.ledger())
        fetching.configure(section(server, "since = 2024-01-01"))
        assert error_of(fetching).startswith("the source does not tell when a file was changed")


@pytest.mark.parametrize(
    ("line", "kind", "size", "name"),
    [
        ("-rw-r--r--   1 owner    group         213 Aug 26 16:31 mast.dat", "-", "213", "mast.dat"),
        ("-rw-r--r-- 1 0 0 5 Jan  1  2020  leading.dat", "-", "5", " leading.dat"),
        ("drwxr-xr-x+  2 user name grp 4096 Feb 29 2024 a folder", "d", "4096", "a folder"),
        ("-rwxrwxrwx   1 Domain Users 12 Mar  1 12:00 Mar  1 12:00 x", "-", "12", "Mar  1 12:00 x"),
        ("lrwxrwxrwx   1 o g 7 Mar  1 12:00 a -> b", "l", "7", "a -> b"),
    ],
)
def test_a_line_of_a_unix_listing(line: str, kind: str, size: str, name: str) -> None:
    match = ftp.UNIX.fullmatch(line)
    assert match is not None
    assert (match["kind"], match["size"], match["name"]) == (kind, size, name)


def test_a_line_of_a_windows_listing() -> None:
    match = ftp.DOS.fullmatch("03-01-24  12:05PM                 1234 my mast.dat")
    assert match is not None
    assert (match["size"], match["folder"], match["name"].strip()) == ("1234", None, "my mast.dat")
    match = ftp.DOS.fullmatch("2024-03-01  12:05       <DIR>          old")
    assert match is not None
    assert (match["folder"], match["name"].strip()) == ("<DIR>", "old")


def test_nobody_answers(fetching: Instance, plain: Server) -> None:
    fetching.configure(section(plain).replace(f"port = {plain.port}", "port = 1"))
    assert error_of(fetching).startswith("the connection failed: ")
