"""stationmanager.toml: strictly read, every wrong key named, and secrets where only their owner can read them."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.errors import SetupError
from database.home import Home
from loaders.configuration import Configuration, path_of, read
from loaders.sections import Vault

GOOD = """
[[password]]
matches = "BUOY*.zip"
password_env = "BUOY_PASSWORD"

[[password]]
password_file = "secrets/ammonit"

[[openpgp_key]]
key_file = "secrets/key.asc"

[[converter]]
name = "sdr"
matches = "*.rwd"
signature = "02 04 00 00"
command = ["wine", "SDR.exe", "/q", "{file}"]
timeout_s = 120
output = "ScaledData/*.txt"
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a configuration."""

    def write(text: str) -> Path:
        path = tmp_path / "stationmanager.toml"
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A folder with secrets, and an environment with one."""
    (tmp_path / "secrets").mkdir()
    for name, content in {"ammonit": b"geheim\n", "key.asc": b"a key"}.items():
        path = tmp_path / "secrets" / name
        path.write_bytes(content)
        path.chmod(0o600)
    return Vault(tmp_path, {"BUOY_PASSWORD": "ahoi"})


def refusal(path: Path) -> str:
    with pytest.raises(SetupError) as caught:
        read(path)
    assert caught.value.where == str(path)
    return caught.value.what


def test_a_configuration_says_what_stands_in_it(written: Callable[[str], Path], vault: Vault) -> None:
    configuration = read(written(GOOD))
    (converter,) = configuration.converters
    assert (converter.name, converter.timeout_s, converter.command[0]) == ("sdr", 120, "wine")
    assert configuration.passwords_for("x/buoy1.ZIP", vault) == ["ahoi", "geheim"]
    assert configuration.passwords_for("mast.zip", vault) == ["geheim"]
    assert configuration.keys(vault) == [b"a key"]


def test_without_a_file_nothing_is_configured(tmp_path: Path) -> None:
    assert read(tmp_path / "stationmanager.toml") == Configuration()


def test_the_file_is_in_the_home_unless_the_environment_names_another(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert path_of(home, {}) == tmp_path / "stationmanager.toml"
    assert path_of(home, {"STATIONMANAGER_CONFIG": "/etc/sm.toml"}) == Path("/etc/sm.toml")


CONVERTER = "[[converter]] 'sdr'"
PLACEHOLDERS = "a command with {file} or {folder} in it, and {password} where it needs one, and no others"
NO_KEY = "expected no such key; did you mean"
WRONG = [
    ("timeout_s", "timeout", f"{CONVERTER}, timeout: found the key 'timeout', {NO_KEY} timeout_s?"),
    ("[[converter]]", "[[convertor]]", f"[[convertor]]: found the key 'convertor', {NO_KEY} converter?"),
    ("timeout_s = 120", 'timeout_s = "120"', f'{CONVERTER}, timeout_s: found "120", expected a number'),
    ("timeout_s = 120", "timeout_s = 0", f"{CONVERTER}, timeout_s: found 0, expected more than 0"),
    ('name = "sdr"', "", "[[converter]] 1, name: found nothing, expected this key, which may not be left out"),
    ('"SDR.exe"', "7", f"{CONVERTER}, command, item 2: found 7, expected a text"),
    ('"{file}"', '"{files}"', f"{CONVERTER}, command: found a list, expected {PLACEHOLDERS}"),
    ('"02 04 00 00"', '"x"', f'{CONVERTER}, signature: found "x", expected bytes in hexadecimal, like 02 04 00 00'),
    ("ScaledData/", "../", f'{CONVERTER}, output: found "../*.txt", expected a pattern within the folder, like *.txt'),
    ("password_env", "#", "[[password]] 1: found something else, expected password_env or password_file"),
    (
        "password_file",
        'password_env = "A"\npassword_file',
        "[[password]] 2: found something else, expected password_env or password_file, not both",
    ),
    ("key_file", "#", "[[openpgp_key]] 1, key_file: found nothing, expected this key, which may not be left out"),
]


@pytest.mark.parametrize(("good", "wrong", "what"), WRONG)
def test_a_wrong_key_is_named(written: Callable[[str], Path], good: str, wrong: str, what: str) -> None:
    assert good in GOOD
    assert refusal(written(GOOD.replace(good, wrong))) == what


def test_all_wrong_keys_are_told_at_once(written: Callable[[str], Path]) -> None:
    assert refusal(written(GOOD.replace("timeout_s", "timeout").replace("key_file", "key"))).startswith("3 problems:")


def test_two_converters_of_one_name_are_refused(written: Callable[[str], Path]) -> None:
    again = GOOD + GOOD[GOOD.index("[[converter]]") :]
    assert "each [[converter]] by a name of its own, 'sdr' once" in refusal(written(again))


@pytest.mark.parametrize("text", ["name = ", "[[converter]\n", "a = 1\na = 2", "\ufeff\x00"])
def test_what_is_no_toml_is_told_with_its_line(written: Callable[[str], Path], text: str) -> None:
    assert refusal(written(text)).startswith("no TOML: ")


@given(st.binary(max_size=200))
def test_noise_is_an_error_and_no_traceback(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.toml"
    path.write_bytes(noise)
    with suppress(SetupError):
        assert read(path) == Configuration()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601])
def test_a_secret_that_others_can_read_is_refused(written: Callable[[str], Path], vault: Vault, mode: int) -> None:
    path = vault.folder / "secrets" / "ammonit"
    path.chmod(mode)
    with pytest.raises(SetupError) as caught:
        read(written(GOOD)).passwords_for("mast.zip", vault)
    assert (caught.value.where, caught.value.remedy) == (str(path), f"chmod 600 {path}")


@pytest.mark.parametrize(
    ("break_it", "what"),
    [
        (Path.unlink, "the file of a secret can't be read: No such file or directory"),
        (lambda path: path.write_bytes(b"\n"), "nothing in it, a password expected"),
        (lambda path: path.write_bytes(b"\xff"), "no text in UTF-8"),
    ],
)
def test_a_secret_that_is_not_there_is_an_error(
    written: Callable[[str], Path], vault: Vault, break_it: Callable[[Path], object], what: str
) -> None:
    break_it(vault.folder / "secrets" / "ammonit")
    with pytest.raises(SetupError) as caught:
        read(written(GOOD)).passwords_for("mast.zip", vault)
    assert caught.value.what == what


def test_a_variable_that_is_not_set_is_an_error(written: Callable[[str], Path], vault: Vault) -> None:
    with pytest.raises(SetupError) as caught:
        read(written(GOOD)).passwords_for("buoy.zip", Vault(vault.folder, {}))
    assert caught.value.what == "the environment variable BUOY_PASSWORD is not set, a password expected"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_configuration_that_cannot_be_read_is_an_error(written: Callable[[str], Path]) -> None:
    path = written(GOOD)
    path.chmod(0)
    assert refusal(path).startswith("the configuration can't be read: ")
