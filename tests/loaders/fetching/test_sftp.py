"""SFTP against a real server: who is let in, who is trusted, what breaks, and that nothing is touched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncssh
import pytest

from tests.loaders.fetching.conftest import FEW_BYTES, LARGE_BYTES, Instance, enlarge, most_memory_of, state_of
from tests.loaders.fetching.sftp_server import Server, serving


@pytest.fixture
def sshd(remote: Path) -> Iterator[Server]:
    with serving(remote) as running:
        yield running


def section(sshd: Server, *further: str, trust: str | None = None, login: str = 'password_env = "PASSWORD"') -> str:
    trusted = trust or f'host_key = "{sshd.public_key}"'
    lines = ['name = "modem"', 'kind = "sftp"', 'host = "127.0.0.1"', f"port = {sshd.port}", 'username = "mast"']
    return "\n".join([*lines, login, trusted, "timeout_s = 5", *further])


@pytest.fixture
def modem(fetching: Instance, sshd: Server) -> Instance:
    fetching.configure(section(sshd))
    return fetching


def private(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def test_files_come_in_once_and_nothing_is_touched(
    modem: Instance, sshd: Server, put: Callable[..., Path], remote: Path
) -> None:
    big = os.urandom(9_000_000)
    put("mast.dat", b"one")
    put("2024/mast.dat", big)
    before = state_of(remote)
    first = modem.fetch_one("modem")
    assert (first.listed, first.new, first.bytes, first.error) == (2, 2, 9_000_003, None)
    assert modem.ledger() == {"sftp:modem/mast.dat": 3, "sftp:modem/2024/mast.dat": 9_000_000}
    assert big in modem.archived().values()
    read = sshd.faults.bytes_read
    assert modem.fetch_one("modem").new == 0
    assert sshd.faults.bytes_read == read
    assert sshd.faults.asked == {"read"}
    assert state_of(remote) == before


def test_a_large_file_needs_no_memory(modem: Instance, put: Callable[..., Path]) -> None:
    enlarge(put("mast.dat", b""))
    assert most_memory_of(lambda: modem.fetch_one("modem")) < FEW_BYTES
    assert modem.ledger() == {"sftp:modem/mast.dat": LARGE_BYTES}


def test_a_changed_file_comes_anew(modem: Instance, put: Callable[..., Path]) -> None:
    put("mast.dat", b"one", age_s=7200)
    modem.fetch_one("modem")
    put("mast.dat", b"two")
    assert modem.fetch_one("modem").new == 1


def test_of_a_growing_file_only_what_was_appended_is_transferred(
    fetching: Instance, sshd: Server, put: Callable[..., Path]
) -> None:
    fetching.configure(section(sshd, "appends = true"))
    content = os.urandom(1_000_000)
    put("mast.dat", content)
    fetching.fetch_one("modem")
    sshd.faults.bytes_read = 0
    put("mast.dat", content + b"more")
    assert fetching.fetch_one("modem").new == 1
    assert sshd.faults.bytes_read == 64 * 1024 + 4
    assert content + b"more" in fetching.archived().values()


@pytest.mark.parametrize("name", [b"gr\xf6\xdfe.dat", "größe.dat".encode(), rb"a\b.dat", b"a\nb.dat"])
def test_any_name_comes_in(modem: Instance, put: Callable[..., Path], name: bytes) -> None:
    put(name, b"one")
    result = modem.fetch_one("modem")
    assert (result.new, result.error) == (1, None)
    assert modem.fetch_one("modem").new == 0


def test_a_server_whose_names_lead_out_of_the_folder_gets_nothing_in(modem: Instance, sshd: Server) -> None:
    sshd.faults.names = [b"../../etc/passwd", b"/etc/passwd", b".", b"..", b"a/b", b""]
    result = modem.fetch_one("modem")
    assert (result.listed, result.new, result.failed) == (0, 0, 4)
    assert result.error is not None
    assert result.error["what"] == "a name that is a path, which no folder's file has"


def test_the_fingerprint_of_the_host_key_is_enough(fetching: Instance, sshd: Server, put: Callable[..., Path]) -> None:
    put("mast.dat", b"one")
    fetching.configure(section(sshd, trust=f'host_key = "{sshd.host_key.get_fingerprint()}"'))
    assert fetching.fetch_one("modem").new == 1


def test_a_known_hosts_file_is_enough(fetching: Instance, sshd: Server, put: Callable[..., Path]) -> None:
    put("mast.dat", b"one")
    (fetching.home.path / "known_hosts").write_text(f"[127.0.0.1]:{sshd.port} {sshd.public_key}\n")
    fetching.configure(section(sshd, trust='known_hosts = "known_hosts"'))
    assert fetching.fetch_one("modem").new == 1


@pytest.mark.parametrize("way", ["key", "fingerprint", "known_hosts", "empty known_hosts"])
def test_another_host_key_is_refused(fetching: Instance, sshd: Server, put: Callable[..., Path], way: str) -> None:
    put("mast.dat", b"one")
    other = asyncssh.generate_private_key("ssh-ed25519")
    public = other.export_public_key().decode().strip()
    line = f"[127.0.0.1]:{sshd.port} {public}\n" if way == "known_hosts" else ""
    (fetching.home.path / "known_hosts").write_text(line)
    ways = {"key": f'host_key = "{public}"', "fingerprint": f'host_key = "{other.get_fingerprint()}"'}
    fetching.configure(section(sshd, trust=ways.get(way, 'known_hosts = "known_hosts"')))
    result = fetching.fetch_one("modem")
    assert result.new == 0
    assert result.error is not None
    assert result.error["what"] == (
        f"the server's host key is not the one that is known: {sshd.host_key.get_fingerprint()} (ssh-ed25519)"
    )
    assert fetching.archived() == {}


def test_a_wrong_password_is_told(fetching: Instance, sshd: Server) -> None:
    private(fetching.home.path / "secret", b"wrong")
    fetching.configure(section(sshd, login='password_file = "secret"'))
    error = fetching.fetch_one("modem").error
    assert error is not None
    assert error["what"] == "the server does not let us in"


@pytest.mark.parametrize("passphrase", [None, "sesame"])
def test_a_key_opens_the_server(
    fetching: Instance, sshd: Server, put: Callable[..., Path], passphrase: str | None
) -> None:
    put("mast.dat", b"one")
    private(fetching.home.path / "key", sshd.user_key.export_private_key("openssh", passphrase))
    private(fetching.home.path / "phrase", b"sesame\n")
    further = ['passphrase_file = "phrase"'] if passphrase else []
    fetching.configure(section(sshd, *further, login='key_file = "key"'))
    assert fetching.fetch_one("modem").new == 1


@pytest.mark.parametrize("further", [[], ['passphrase_file = "phrase"']])
def test_a_key_that_can_not_be_opened_is_told(fetching: Instance, sshd: Server, further: list[str]) -> None:
    private(fetching.home.path / "key", sshd.user_key.export_private_key("openssh", "other"))
    private(fetching.home.path / "phrase", b"sesame\n")
    fetching.configure(section(sshd, *further, login='key_file = "key"'))
    error = fetching.fetch_one("modem").error
    assert error is not None
    assert error["what"].startswith("the key can't be used: ")


@pytest.mark.parametrize(
    ("trust", "what"),
    [('host_key = "ssh-ed25519 x"', "host_key is neither"), ('known_hosts = "no"', "there is no such file")],
)
def test_a_key_that_is_none_is_told(fetching: Instance, sshd: Server, trust: str, what: str) -> None:
    fetching.configure(section(sshd, trust=trust))
    error = fetching.fetch_one("modem").error
    assert error is not None
    assert error["what"].startswith(what)


def test_a_line_that_breaks_leaves_nothing_half_done(modem: Instance, sshd: Server, put: Callable[..., Path]) -> None:
    content = os.urandom(3_000_000)
    put("a.dat", content, age_s=9000)
    put("b.dat", b"small", age_s=8000)
    sshd.faults.breaks_after_bytes = 1_000_000
    broken = modem.fetch_one("modem")
    assert (broken.new, broken.failed) == (1, 1)  # another connection goes on with the files behind it
    assert list(modem.archived().values()) == [b"small"]
    sshd.faults.breaks_after_bytes = None
    assert modem.fetch_one("modem").new == 1
    assert content in modem.archived().values()
    assert modem.fetch_one("modem").new == 0


def test_a_line_that_breaks_again_and_again_ends_the_attempt(
    modem: Instance, sshd: Server, put: Callable[..., Path]
) -> None:
    for number in range(10):
        put(f"{number}.dat", b"content", age_s=9000 - number)
    sshd.faults.breaks_after_bytes = 0
    result = modem.fetch_one("modem")
    assert (result.listed, result.new, result.failed) == (10, 0, 3)
    assert modem.fetch()["modem"].waits_until is not None


def test_a_server_that_hangs_is_left(fetching: Instance, sshd: Server, put: Callable[..., Path]) -> None:
    put("mast.dat", b"one")
    fetching.configure(section(sshd).replace("timeout_s = 5", "timeout_s = 1"))
    sshd.faults.hangs = True
    error = fetching.fetch_one("modem").error
    assert error is not None
    assert error["what"] == "no answer within 1 s"


def test_a_file_that_is_refused_does_not_hold_up_the_others(
    modem: Instance, sshd: Server, put: Callable[..., Path]
) -> None:
    put("a.dat", b"one", age_s=9000)
    put("b.dat", b"two", age_s=8000)
    sshd.faults.refused = b"a.dat"
    result = modem.fetch_one("modem")
    assert (result.new, result.failed) == (1, 1)
    assert result.error is not None
    assert (result.error["what"], result.error["where"]) == ("it can't be read: Permission denied", "a.dat")
    assert modem.fetch()["modem"].waits_until is None


def test_a_server_without_sftp_is_told(fetching: Instance, remote: Path) -> None:
    with serving(remote, has_sftp=False) as sshd:
        fetching.configure(section(sshd))
        error = fetching.fetch_one("modem").error
    assert error is not None
    assert error["what"].startswith("the connection failed: Session")


def test_nobody_answers(fetching: Instance, sshd: Server) -> None:
    fetching.configure(section(sshd).replace(f"port = {sshd.port}", "port = 1"))
    error = fetching.fetch_one("modem").error
    assert error is not None
    assert error["what"].startswith("the connection failed: ")
