"""Makers' programs as converters: a real program that does a true decryption, and fails in every way there is."""

import re
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.home import PROJECT
from loaders.configuration import read
from loaders.containers.frame import LimitExceeded, Limits, Member, PasswordNeeded
from loaders.converter_section import Converter
from loaders.converters import ConverterFailed, NeedsConverter, convert, find, known_binary
from loaders.formats.source import Bytes
from loaders.sections import Vault
from tests.loaders import decrypting

TEXT = b"Timestamp\tCh1_Anem_Avg\n2024-03-01 00:10:00\t5.5\n" * 50
PASSWORD = "ge heim"  # noqa: S105 - of a file made here
ENCRYPTED = decrypting.encrypt(TEXT, PASSWORD)
NAME = "mast/000110_2022-05-03.rld"
NO_SECRETS = Vault(Path("nowhere"), {})


def converter(mode: str = "well", **keys: object) -> Converter:
    command = (sys.executable, decrypting.__file__, mode, "{file}", "{folder}", "{password}")
    given: dict[str, object] = {
        "name": "rld",
        "matches": "*.RLD",
        "command": command,
        "output": "*.txt",
        "timeout_s": 60.0,
    }
    return Converter.model_validate(given | keys)


def result(ours: Converter, name: str = NAME, limits: Limits | None = None) -> list[Member]:
    return convert(Bytes(ENCRYPTED), name, [ours], NO_SECRETS, password=PASSWORD, limits=limits)


def failure(mode: str, **keys: object) -> str:
    with pytest.raises(ConverterFailed) as caught:
        result(converter(mode, **keys))
    assert caught.value.where == NAME
    assert caught.value.remedy.startswith("call the program by hand")
    assert PASSWORD not in caught.value.what
    return caught.value.what


@pytest.fixture
def left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[int, Path]]:
    """The number of the process that the program leaves behind, and the private folder of the call."""
    path = tmp_path / "pids"
    monkeypatch.setenv("CONVERTER_TEST_PIDS", str(path))

    def read() -> tuple[int, Path]:
        pid, folder = path.read_text().split(" ", 1)
        return int(pid), Path(folder)

    return read


def test_a_file_comes_out_as_the_program_has_decrypted_it() -> None:
    assert result(converter("well")) == [Member(f"{NAME}/000110_2022-05-03.txt", Bytes(TEXT))]


def test_all_files_that_match_come_out_by_name() -> None:
    found = result(converter("two", output="**/*.txt"))
    assert [one.name.removeprefix(f"{NAME}/") for one in found] == ["000110_2022-05-03.txt", "more/second.txt"]


def test_a_wrong_password_is_the_programs_word_and_is_not_shown() -> None:
    with pytest.raises(ConverterFailed) as caught:
        convert(Bytes(ENCRYPTED), NAME, [converter()], NO_SECRETS, password="wr ong")  # noqa: S106 - no secret of anybody
    expected = "the converter 'rld' ended with exit code 1: wrong password '***' for 000110_2022-05-03.rld"
    assert caught.value.what == expected


def test_a_half_written_file_is_never_used() -> None:
    assert failure("half") == "the converter 'rld' ended with exit code 1: the disk is full"


def test_a_program_that_hangs_is_ended_with_all_that_it_has_started(
    left_behind: Callable[[], tuple[int, Path]],
) -> None:
    begun = time.monotonic()
    assert failure("hang", timeout_s=3) == "the converter 'rld' did not end within 3 s, and said nothing"
    assert time.monotonic() - begun < 20
    pid, folder = left_behind()
    assert has_ended(pid)
    assert not folder.exists()


def test_what_a_program_leaves_behind_is_ended_too(left_behind: Callable[[], tuple[int, Path]]) -> None:
    assert [one.content for one in result(converter("linger"))] == [TEXT]
    pid, folder = left_behind()
    assert has_ended(pid)
    assert not folder.exists()


def has_ended(pid: int) -> bool:
    """Whether the process is gone, or a zombie that nobody has buried yet."""
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize(
    ("mode", "what"),
    [
        ("crash", "was ended by SIGABRT"),
        ("quiet", "ended with exit code 3, and said nothing"),
        ("nothing", "wrote no file like *.txt, but log"),
        ("empty", "wrote 000110_2022-05-03.txt, and nothing into it"),
        ("link", "wrote no file like *.txt, but 000110_2022-05-03.txt"),
    ],
)
def test_every_way_to_fail_has_its_sentence(mode: str, what: str) -> None:
    assert failure(mode).startswith(f"the converter 'rld' {what}")


def test_a_file_too_large_to_be_true_is_refused() -> None:
    with pytest.raises(LimitExceeded):
        result(converter("huge"), limits=Limits(total_bytes=1 << 20))


@pytest.mark.parametrize("program", ["no-such-program", "/etc", "/etc/passwd", "nul\0"])
def test_a_program_that_cannot_be_started_is_an_error(program: str) -> None:
    what = failure("well", command=(program, "{file}"))
    assert what.startswith("the converter 'rld' can't be started: ")


def test_a_work_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert failure("well", work_folder=tmp_path / "none").startswith(
        "the converter 'rld' can't have its folder: No such"
    )


def test_the_work_folder_holds_the_private_folder_and_is_empty_again(tmp_path: Path) -> None:
    show = "import sys,os; open('where.txt','w').write(os.getcwd() + oct(os.stat('.').st_mode))"
    (found,) = result(converter(work_folder=tmp_path, command=(sys.executable, "-c", show, "{file}")))
    assert found.content.decode().startswith(f"{tmp_path}/converter-")
    assert found.content.endswith(b"0o40700")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["$(touch pwned).rld", "; rm -rf x.rld", "-v.rld", "a b.rld", "../../a.rld", "..", "\0.rld", "x" * 300 + ".rld"],
)
def test_a_name_does_nothing_but_name(name: str) -> None:
    (found,) = result(converter(matches="*"), name)
    assert found.content == TEXT


@given(st.text(max_size=40))
def test_any_name_makes_a_file_of_one_folder(name: str) -> None:
    copy = converter(command=(sys.executable, "{file}"))
    assert "/" not in Path(copy.call(Path("x"), Path("y"), None)[1]).name
    assert known_binary(b"text", name) is None or name.lower().endswith((".rld", ".rwd", ".zph", ".windog"))


def test_without_a_password_the_error_says_which_settings_give_it() -> None:
    with pytest.raises(PasswordNeeded) as caught:
        convert(Bytes(ENCRYPTED), NAME, [converter()], NO_SECRETS)
    assert caught.value.what == "the converter 'rld' wants a password, and none is known"
    assert "password_file of the converter" in caught.value.remedy


def test_the_password_of_the_logger_goes_before_the_converters(tmp_path: Path) -> None:
    vault = Vault(tmp_path, {"RLD": PASSWORD})
    ours = converter(password_env="RLD")  # noqa: S106 - no secret of anybody
    assert convert(Bytes(ENCRYPTED), NAME, [ours], vault)[0].content == TEXT
    with pytest.raises(ConverterFailed):
        convert(Bytes(ENCRYPTED), NAME, [ours], vault, password="other")  # noqa: S106 - no secret of anybody


def test_a_converter_is_found_by_name_and_first_bytes() -> None:
    by_name, by_bytes = converter(name="a", matches="*.rld"), converter(name="b", matches=None, signature="02 04 00 00")
    both = converter(name="c", matches="0*", signature="02040000")
    assert find(ENCRYPTED, "x/A.RLD", [by_name]) is by_name
    assert find(ENCRYPTED, "a", [by_name, by_bytes]) is by_bytes
    assert find(b"text", "a", [by_name, by_bytes]) is None
    assert find(ENCRYPTED, "a", [both]) is None
    assert find(ENCRYPTED, "0", [both]) is both


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("a.RWD", "an encrypted file of an NRG Symphonie, which Symphonie Data Retriever reads"),
        ("a.zph", "a binary file of a ZX (ZephIR) lidar, which Waltz reads"),
        ("a.windog", "a file of Windographer's own, which Windographer reads"),
        ("a.dat", "a file of no known format"),
    ],
)
def test_without_a_converter_the_error_says_what_the_file_is_and_what_it_waits_for(name: str, what: str) -> None:
    with pytest.raises(NeedsConverter) as caught:
        convert(Bytes(b"anything"), name, [], NO_SECRETS)
    assert (caught.value.what, caught.value.where) == (f"needs converter: {what}", name)
    suffix = Path(name).suffix.lower()
    assert caught.value.remedy.startswith(f'name a [[converter]] with matches = "*{suffix}" in stationmanager.toml')


def test_a_real_encrypted_file_is_told_whatever_it_is_called(samples: Path) -> None:
    content = (samples / "unreadable/000110_2022-05-03_00.00_008549.rld").read_bytes()
    with pytest.raises(NeedsConverter) as caught:
        convert(Bytes(content), "attachment", [], NO_SECRETS)
    assert "SymphoniePRO Desktop" in caught.value.what


def test_no_file_that_can_be_read_is_taken_for_a_makers_own(samples: Path) -> None:
    told = {path.name for path in samples.rglob("*") if path.is_file() and known_binary(path.read_bytes(), path.name)}
    assert told == {"000110_2022-05-03_00.00_008549.rld"}


def test_the_examples_of_the_documentation_are_valid(write: Callable[[str, bytes], Path]) -> None:
    text = (PROJECT / "docs/converters.md").read_text()
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(examples) >= 4
    for example in examples:
        assert read(write("stationmanager.toml", example.encode())).converters


def test_the_documented_script_waits_for_a_host_that_sees_the_folder_too(tmp_path: Path) -> None:
    documented = (PROJECT / "docs/converters.md").read_text()
    script = next(text for text in re.findall(r"```sh\n(.*?)```", documented, re.DOTALL) if "ask-host.sh" in text)
    (tmp_path / "ask-host.sh").write_text(script.replace("sleep 2", "sleep 0.1"))
    share = tmp_path / "share"
    share.mkdir()
    answered: list[str] = []

    def host() -> None:
        while not (asked := list(share.glob("*/please.convert"))):
            time.sleep(0.05)
        folder = asked[0].parent
        (source,) = folder.glob("*.rld")
        (folder / "a.csv").write_bytes(decrypting.decrypt(source.read_bytes(), PASSWORD))
        (folder / "writing").write_text("0")
        (folder / "writing").rename(folder / "done.exitcode")
        answered.append(source.name)

    thread = threading.Thread(target=host, daemon=True)
    thread.start()
    command = ("/bin/sh", str(tmp_path / "ask-host.sh"), "{folder}")
    (found,) = result(converter(command=command, work_folder=share, output="*.csv"))
    thread.join(10)
    assert (found.content, answered) == (TEXT, ["000110_2022-05-03.rld"])
