"""Who reads a file: formats first, then the team's descriptions, and makers' programs only for what is left."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pysequoia
import pytest

from database.home import Home
from loaders.containers.frame import Member
from loaders.converters import NeedsConverter
from loaders.formats.source import Bytes
from loaders.identifying import Formats
from loaders.unwrapping import Failure, LoggersPassword, Settings, Unwrapper
from tests.loaders import decrypting
from tests.loaders.campaign import toa5
from tests.loaders.test_described_formats import DESCRIPTION, FILE
from tests.loaders.test_identifying import HEADERLESS

LOGGERS = toa5({step: [5.0] for step in range(3)})
RLD = decrypting.encrypt(LOGGERS, "geheim")
NOMAD = b"\xd1\x02" + bytes(62) + b"\xd8\x01" + bytes(14)
FOR_ALL = f"""
[[converter]]
name = "all"
matches = "*"
command = ["{sys.executable}", "{decrypting.__file__}", "well", "{{file}}", "{{folder}}", "{{password}}"]
output = "*.txt"
"""
BY_CAT = '[[converter]]\nname = "cat"\nmatches = "*"\ncommand = ["cp", "{file}", "{folder}/copy"]\n'
MINE = LoggersPassword("4711", "geheim", 1)
OTHERS = LoggersPassword("815", "other", 1)


@pytest.fixture
def unwrapper(tmp_path: Path) -> Callable[..., Unwrapper]:
    """An unwrapper with this configuration and this description."""

    def configured(toml: str = "", *passwords: LoggersPassword, description: str = "") -> Unwrapper:
        (tmp_path / "stationmanager.toml").write_text(toml)
        if description:
            (tmp_path / "formats").mkdir(exist_ok=True)
            (tmp_path / "formats" / "a.yaml").write_text(description)
        home = Home(tmp_path)
        return Unwrapper(Settings.of(home, os.environ), passwords, Formats.of(home))

    return configured


def only(ours: Unwrapper, content: bytes, name: str) -> Member | Failure:
    (part,) = ours.unwrap(Bytes(content), name)
    return part


def why(ours: Unwrapper, content: bytes, name: str) -> str:
    part = only(ours, content, name)
    assert isinstance(part, Failure)
    return part.error.what


@pytest.mark.parametrize("content", [LOGGERS, FILE])
def test_what_a_format_or_a_description_reads_never_goes_to_a_program(
    unwrapper: Callable[..., Unwrapper], content: bytes
) -> None:
    for configuration in (FOR_ALL, ""):
        ours = unwrapper(configuration, MINE, description=DESCRIPTION)
        assert only(ours, content, "a.rld") == Member("a.rld", Bytes(content))


def test_what_several_descriptions_are_for_is_left_to_who_reads_it(
    unwrapper: Callable[..., Unwrapper], tmp_path: Path
) -> None:
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "b.yaml").write_text(DESCRIPTION.replace("solar_box", "other"))
    ours = unwrapper(FOR_ALL, MINE, description=DESCRIPTION)
    assert only(ours, FILE, "a.rld") == Member("a.rld", Bytes(FILE))


@pytest.mark.parametrize("content", [HEADERLESS, NOMAD])
def test_a_program_may_read_what_is_only_known_to_be_refused(
    unwrapper: Callable[..., Unwrapper], content: bytes
) -> None:
    assert only(unwrapper(BY_CAT), content, "a.dat") == Member("a.dat/copy", Bytes(content))
    assert only(unwrapper(), content, "a.dat") == Member("a.dat", Bytes(content))


def test_a_signature_goes_to_no_program(unwrapper: Callable[..., Unwrapper]) -> None:
    signer = pysequoia.Tsk.generate("a logger <logger@example.org>").signer()
    signature = pysequoia.sign(signer, FILE, mode=pysequoia.SignatureMode.DETACHED)
    assert only(unwrapper(BY_CAT), signature, "a.rld.sig") == Member("a.rld.sig", Bytes(signature))


def test_an_encrypted_file_comes_out_decrypted_also_from_an_archive(
    unwrapper: Callable[..., Unwrapper], tmp_path: Path
) -> None:
    with ZipFile(tmp_path / "mail.zip", "w") as archive:
        archive.writestr("day.rld", RLD)
        archive.writestr("b.dat", LOGGERS)
    parts = unwrapper(FOR_ALL, MINE).unwrap(Bytes((tmp_path / "mail.zip").read_bytes()), "mail.zip")
    assert parts == [Member("mail.zip/day.rld/day.txt", Bytes(LOGGERS)), Member("mail.zip/b.dat", Bytes(LOGGERS))]


def test_without_a_program_it_is_told_what_the_file_is_and_the_others_come(
    unwrapper: Callable[..., Unwrapper], tmp_path: Path
) -> None:
    with ZipFile(tmp_path / "mail.zip", "w") as archive:
        archive.writestr("day.rld", RLD)
        archive.writestr("b.dat", LOGGERS)
    failure, member = unwrapper().unwrap(Bytes((tmp_path / "mail.zip").read_bytes()), "mail.zip")
    assert isinstance(failure, Failure)
    assert isinstance(failure.error, NeedsConverter)
    assert failure.error.as_dict() == {
        "what": "needs converter: an encrypted file of an NRG SymphoniePRO, which SymphoniePRO Desktop reads",
        "where": "mail.zip/day.rld",
        "remedy": 'name a [[converter]] with matches = "*.rld" in stationmanager.toml (docs/converters.md): '
        "the file waits, and loads by itself then (stationmanager build)",
    }
    assert member == Member("mail.zip/b.dat", Bytes(LOGGERS))


def test_the_password_is_that_of_the_logger_that_the_file_names(unwrapper: Callable[..., Unwrapper]) -> None:
    for name in ("004711_2022-05-03.rld", "mail/815/4711.rld", "M-4711_x.rld"):
        assert only(unwrapper(FOR_ALL, MINE, OTHERS), RLD, name).name.startswith(name)
    assert only(unwrapper(FOR_ALL, MINE), RLD, "day.rld").name == "day.rld/day.txt"
    for name in ("day.rld", "14711.rld", "4711a.rld", "4711_815.rld"):
        assert (
            why(unwrapper(FOR_ALL, MINE, OTHERS), RLD, name)
            == "the converter 'all' wants a password, and none is known"
        )
    assert "wrong password '***'" in why(unwrapper(FOR_ALL, OTHERS), RLD, "815.rld")


def test_what_is_configured_has_a_digest_without_secrets(unwrapper: Callable[..., Unwrapper]) -> None:
    setups = [
        unwrapper().setup,
        unwrapper(FOR_ALL).setup,
        unwrapper(FOR_ALL, MINE).setup,
        unwrapper(FOR_ALL, LoggersPassword("4711", "geheim", 2)).setup,
        unwrapper(FOR_ALL, MINE, description=DESCRIPTION).setup,
        unwrapper(FOR_ALL, MINE, description=DESCRIPTION.replace("+01:00", "+02:00")).setup,
    ]
    assert len(set(setups)) == len(setups)
    assert unwrapper(FOR_ALL, LoggersPassword("4711", "another", 1)).setup == unwrapper(FOR_ALL, MINE).setup


def test_an_unwrapper_works_in_another_process_too(unwrapper: Callable[..., Unwrapper]) -> None:
    ours = unwrapper(FOR_ALL, MINE, description=DESCRIPTION)
    again: Unwrapper = pickle.loads(pickle.dumps(ours))  # noqa: S301 - of our own
    assert again.setup == ours.setup
    assert only(again, RLD, "day.rld") == Member("day.rld/day.txt", Bytes(LOGGERS))
