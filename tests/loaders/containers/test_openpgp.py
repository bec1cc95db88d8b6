"""OpenPGP by the library itself, and by GnuPG where it is installed, since that is what loggers use."""

import gzip
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pysequoia
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.containers.detecting import kind_of
from loaders.containers.frame import LimitExceeded, Limits, PasswordNeeded, Unreadable
from loaders.containers.packets import is_detached_signature
from loaders.containers.spool import Spool
from loaders.formats.source import Bytes
from tests.loaders.containers.wrapping import DAY, contents, member, unpack, zipped

LOGGER, STRANGER = (pysequoia.Tsk.generate(user_id=name) for name in ("logger", "stranger"))
KEY = bytes(LOGGER)
ENCRYPTED = pysequoia.encrypt(DAY, [LOGGER.extract_certificate()], armor=False)
needs_gpg = pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed")


@pytest.mark.parametrize("armor", [False, True])
@pytest.mark.parametrize("signer", [None, STRANGER])
def test_a_message_to_one_of_our_keys_is_decrypted(armor: bool, signer: pysequoia.Tsk | None) -> None:  # noqa: FBT001 - a parameter of pytest
    packed = pysequoia.encrypt(
        DAY, [LOGGER.extract_certificate()], signer=signer.signer() if signer else None, armor=armor
    )
    assert kind_of(Bytes(packed)) == "OpenPGP"
    assert contents(unpack(packed, "day.csv.gpg", keys=[bytes(STRANGER), KEY])) == {"day.csv": DAY}


def test_a_key_may_be_given_in_armor_and_with_others_in_one_file() -> None:
    for key in (str(LOGGER).encode(), bytes(STRANGER) + KEY):
        assert contents(unpack(ENCRYPTED, "a", keys=[key])) == {"a": DAY}


def test_a_message_by_password_is_decrypted() -> None:
    packed = pysequoia.encrypt(DAY, passwords=["geheim"])
    assert contents(unpack(packed, "a.asc", passwords=["wrong", "geheim"])) == {"a": DAY}


def test_what_is_in_a_message_is_unwrapped_too() -> None:
    packed = pysequoia.encrypt(gzip.compress(DAY), [LOGGER.extract_certificate()])
    assert contents(unpack(zipped({"day.csv.gz.gpg": packed}), "x", keys=[KEY])) == {"x/day.csv": DAY}


@pytest.mark.parametrize("mode", [pysequoia.SignatureMode.INLINE, pysequoia.SignatureMode.CLEAR])
def test_a_signed_file_is_taken_out_of_its_signature(mode: pysequoia.SignatureMode) -> None:
    text = b"- a dash\nTIMESTAMP,Spd\n2024-03-01 00:10:00,5.5\n"
    packed = pysequoia.sign(STRANGER.signer(), text, mode=mode)
    (found,) = contents(unpack(packed, "day.csv.asc")).values()
    assert found.rstrip() == text.rstrip()  # a clear text doesn't say how its last line ends


@pytest.mark.parametrize("armor", [False, True])
def test_a_detached_signature_is_told_and_stays_what_it_is(armor: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    signature = pysequoia.sign(STRANGER.signer(), DAY, mode=pysequoia.SignatureMode.DETACHED, armor=armor)
    assert is_detached_signature(Bytes(signature))
    assert unpack(signature, "day.csv.sig") == [member("day.csv.sig", signature)]
    assert not any(is_detached_signature(Bytes(other)) for other in (DAY, ENCRYPTED, b"", DAY + signature))


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ([], "encrypted, and no private key is known"),
        (
            [bytes(STRANGER)],
            "encrypted, and none of 1 private keys and 0 passwords opens it (No key to decrypt message)",
        ),
    ],
)
def test_without_the_key_the_error_says_which_setting_gives_it(keys: list[bytes], what: str) -> None:
    (one,) = unpack(ENCRYPTED, "a.gpg", keys=keys)
    assert isinstance(one, Unreadable)
    assert isinstance(one.error, PasswordNeeded)
    assert one.error.as_dict() == {
        "what": what,
        "where": "a.gpg",
        "remedy": "name the private key as an [[openpgp_key]] in stationmanager.toml, "
        "and its passphrase as a [[password]]",
    }


@pytest.mark.parametrize("length", [len(ENCRYPTED) - 1, len(ENCRYPTED) - 100, 120])
def test_a_message_that_is_cut_short_is_damaged(length: int) -> None:
    (one,) = unpack(ENCRYPTED[:length], "a", keys=[KEY])
    assert isinstance(one, Unreadable)
    assert one.error.what.startswith("a damaged OpenPGP file: ")


def test_a_changed_message_is_not_believed() -> None:
    changed = bytearray(ENCRYPTED)
    changed[-60] ^= 1
    (one,) = unpack(bytes(changed), "a", keys=[KEY])
    assert isinstance(one, Unreadable)


def test_a_bomb_in_a_message_is_stopped() -> None:
    limits = Limits(total_bytes=1 << 20)
    zeros = bytes(8 << 20)
    signed = pysequoia.sign(STRANGER.signer(), zeros, armor=False)
    for packed in (pysequoia.encrypt(zeros, [LOGGER.extract_certificate()], armor=False), signed):
        (one,) = unpack(packed, "a", keys=[KEY], limits=limits)
        assert isinstance(one, Unreadable)
        assert isinstance(one.error, LimitExceeded)


MESSAGES = {
    "encrypted": ENCRYPTED,
    "signed": pysequoia.sign(STRANGER.signer(), DAY, mode=pysequoia.SignatureMode.INLINE),
    "clear": pysequoia.sign(STRANGER.signer(), b"TIMESTAMP,Spd\n", mode=pysequoia.SignatureMode.CLEAR),
}


@pytest.mark.parametrize("full", ["message", "output"])
@pytest.mark.parametrize("message", MESSAGES)
def test_a_full_disk_is_no_damage_of_a_message(message: str, full: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, with_room = iter(["message", "output"]), tempfile.TemporaryFile

    def temporary_file(dir: Path | None) -> IO[bytes]:  # noqa: A002 - as the library calls it
        return Path("/dev/full").open("r+b") if next(opened) == full else with_room(dir=dir)

    monkeypatch.setattr(tempfile, "TemporaryFile", temporary_file)
    (one,) = unpack(MESSAGES[message], "day.csv.gpg", keys=[KEY])
    assert isinstance(one, Unreadable)
    assert one.error.as_dict() == {
        "what": "what is in it can't be unpacked: No space left on device",
        "where": "day.csv.gpg",
        "remedy": "make room on the disk, then load --retry",
    }


def test_a_message_is_opened_where_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no such folder"))
    found = unpack(ENCRYPTED, "day.csv", keys=[KEY], spool=Spool(tmp_path / "archive"))
    assert contents(found) == {"day.csv": DAY}
    assert list((tmp_path / "archive").iterdir()) == []


@settings(max_examples=40)  # a process each
@given(st.integers(0, len(ENCRYPTED) - 1), st.integers(1, 255))
def test_a_message_with_any_byte_changed_gives_the_file_or_an_error(place: int, change: int) -> None:
    changed = bytearray(ENCRYPTED)
    changed[place] ^= change
    (one,) = unpack(bytes(changed), "a", keys=[KEY])
    assert isinstance(one, Unreadable) or one.content in (DAY, bytes(changed))


@pytest.fixture(scope="module")
def gnupg(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of GnuPG with one key: it has a passphrase, and two encryption subkeys, of which the first is outdated."""
    home = tmp_path_factory.mktemp("gnupg")
    home.chmod(0o700)
    gpg(home, "--quick-gen-key", "team", "rsa2048", "sign", "never")
    for _ in range(2):
        gpg(home, "--quick-add-key", fingerprints(home)[0], "rsa2048", "encr", "never")
    yield home
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"], check=True)  # noqa: S607 - the one on the PATH is meant


def gpg(home: Path, *arguments: str, content: bytes = b"") -> bytes:
    general = ["gpg", "--homedir", str(home), "--batch", "--pinentry-mode", "loopback", "--passphrase", "geheim"]
    command = [*general, "--trust-model", "always", *arguments]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout


def fingerprints(home: Path) -> list[str]:
    listed = gpg(home, "--list-keys", "--with-colons").decode().splitlines()
    return [line.split(":")[9] for line in listed if line.startswith("fpr")]


@needs_gpg
@pytest.mark.parametrize("subkey", [1, 2])
def test_a_message_of_gnupg_is_decrypted_by_the_subkey_that_it_is_for(gnupg: Path, subkey: int) -> None:
    key = gpg(gnupg, "--export-secret-keys")
    packed = gpg(gnupg, "--encrypt", "--recipient", fingerprints(gnupg)[subkey] + "!", content=DAY)
    assert contents(unpack(packed, "a.gpg", keys=[key], passwords=["wrong", "geheim"])) == {"a": DAY}


@needs_gpg
def test_a_wrong_passphrase_is_an_error_that_says_so(gnupg: Path) -> None:
    key = gpg(gnupg, "--export-secret-keys")
    packed = gpg(gnupg, "--encrypt", "--recipient", "team", content=DAY)
    for passwords in ([], ["wrong"]):
        (one,) = unpack(packed, "a.gpg", keys=[key], passwords=passwords)
        assert isinstance(one, Unreadable)
        assert isinstance(one.error, PasswordNeeded)


@needs_gpg
@pytest.mark.parametrize("option", ["--sign", "--clearsign", "--store"])
def test_what_gnupg_signs_or_stores_is_taken_out(gnupg: Path, option: str) -> None:
    assert contents(unpack(gpg(gnupg, option, content=DAY), "a.gpg")) == {"a": DAY}


@needs_gpg
def test_a_detached_signature_of_gnupg_is_told(gnupg: Path) -> None:
    assert is_detached_signature(Bytes(gpg(gnupg, "--detach-sign", content=DAY)))


@needs_gpg
def test_a_key_that_the_library_refuses_is_an_error_that_says_how_to_renew_it(gnupg: Path) -> None:
    """GnuPG would still decrypt with it: an expired key, or one signed by SHA-1, as loggers have had for years."""
    gpg(gnupg, "--cert-digest-algo", "SHA1", "--quick-gen-key", "old", "rsa2048", "encr", "never")
    key = gpg(gnupg, "--export-secret-keys", "old")
    packed = gpg(gnupg, "--encrypt", "--recipient", "old", content=DAY)
    (one,) = unpack(packed, "a.gpg", keys=[key], passwords=["geheim"])
    assert isinstance(one, Unreadable)
    assert "gpg --quick-set-expire" in one.error.remedy
