"""Files that say what PostgreSQL can't hold: the one fails or is told without it, and no other file notices."""

from __future__ import annotations

import itertools
import os
import random
import string
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from database.connection import connect
from database.home import Home
from loaders import ledger
from loaders.formats import toa5 as toa5_format
from loaders.formats.frame import LoggerFile
from loaders.loading import load, load_waiting
from loaders.results import FileResult
from tests.loaders.campaign import SERIAL, claim_mast, toa5
from tests.loaders.formats.nrg_files import SYMPHONIEPRO
from tests.loaders.formats.test_meteo32 import ROW as METEO32_ROW
from tests.loaders.formats.test_meteo32 import ROWINFO
from tests.loaders.formats.test_windcube import ROW, small

LONG = "".join(random.Random(4711).choices(string.ascii_letters, k=4000))  # noqa: S311  # no compression shortens it
number = itertools.count()  # each file is one of its own
Write = Callable[[str, bytes], Path]


@dataclass(frozen=True, slots=True)
class Field:
    """An instance, and the logger that files are said to be of; None leaves them to the unknown one they name."""

    home: Home
    logger: str | None


@pytest.fixture(scope="module", params=["unclaimed", "claimed"])
def field(
    request: pytest.FixtureRequest,
    new_home: Callable[[str], Home],
    migrated: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Field:
    """An instance that knows no logger, and one that knows the mast's."""
    if request.param == "unclaimed":
        return Field(new_home(migrated), None)
    home = new_home(request.getfixturevalue("built"))
    claim_mast(home, tmp_path_factory.mktemp("metadata"))
    return Field(home, SERIAL)


def rows() -> dict[int, list[float]]:
    """Three rows that no other file has."""
    first = 3 * next(number)
    return {first + step: [float(step)] for step in range(3)}


def loaded(field: Field, write: Write, content: bytes) -> FileResult:
    """What becomes of a file whose neighbour must come in, as must the one of a second load."""
    paths = [write("a.dat", content), write("b.dat", toa5(rows()))]
    results = load(field.home, paths, logger=field.logger, workers=1).files
    later = load(field.home, [write("c.dat", toa5(rows()))], logger=field.logger, workers=1).files
    assert [result.state for result in (*results[1:], *later)] == [good(field), good(field)]
    assert load_left(field.home) == []
    return results[0]


def good(field: Field) -> str:
    """What becomes of a file that nothing is wrong with."""
    return "loaded" if field.logger else "unclaimed"


def load_left(home: Home) -> list[ledger.LedgerRow]:
    """Files that were received, and of which nothing was found out."""
    load_waiting(home, workers=1)
    with connect(home, "loader") as connection:
        return ledger.find(connection, "state = 'landed'")


@pytest.mark.parametrize("altitude", ["nan", "inf", "-inf", "1e999"])
def test_an_altitude_that_is_no_number_is_an_error_of_its_header(field: Field, write: Write, altitude: str) -> None:
    content = small(ROW.format(minute=10)).replace(b"40m ", b"").replace(b"Speed (m/s)", b"Vhm1", 1)
    result = loaded(field, write, content.replace(b"Altitudes (m)=\t40", b"Altitudes (m)=\t" + altitude.encode()))
    assert result.state == "failed"
    assert result.error is not None
    assert altitude in result.error["what"]
    assert result.error["where"]
    assert result.error["remedy"]


@pytest.mark.parametrize("line", ["Scale Factor:\t0.09350", "Height:\t85.00"])
def test_a_setting_of_more_digits_than_a_double_holds_is_none(field: Field, write: Write, line: str) -> None:
    key = line.partition("\t")[0]
    content = SYMPHONIEPRO.replace(line, f"{key}\t{'9' * 400}", 1).encode()
    assert loaded(field, write, content).state == good(field)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(toa5(rows(), serial=LONG), id="logger"),
        pytest.param(toa5(rows(), table=LONG), id="table"),
        pytest.param(toa5(rows(), columns=[LONG]), id="column"),
    ],
)
def test_a_name_too_long_for_an_index_fails_its_own_file(field: Field, write: Write, content: bytes) -> None:
    result = loaded(field, write, content)
    assert result.state == "failed"
    assert result.error is not None
    assert "4,000 bytes" in result.error["what"]
    assert result.error["where"]
    assert result.error["remedy"]


@pytest.mark.parametrize("said", ["a \x00 in it", "half a \ud800 character", r"letters \u0000"])
def test_text_that_json_or_postgresql_has_no_sign_for_is_kept_as_far_as_it_goes(
    field: Field, write: Write, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = toa5_format.parse

    def parse_odd(content: bytes) -> LoggerFile:
        file = parse(content)
        return replace(file, header=file.header | {"said": said})

    monkeypatch.setattr(toa5_format, "parse", parse_odd)
    result = loaded(field, write, toa5(rows()))
    with connect(field.home, "loader") as connection:
        kept = connection.execute("select header ->> 'said' from raw.file where path = %s", [result.path]).fetchone()
    assert kept == (said.replace("\x00", "\ufffd").replace("\ud800", "\ufffd"),)


def test_a_file_by_a_name_that_is_no_text_is_loaded_by_one_that_is(field: Field, tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xff\n.dat")).write_bytes(toa5(rows()))
    (result,) = load(field.home, [tmp_path], logger=field.logger, workers=1).files
    assert (Path(result.path).name, result.state) == ("a\ufffd\ufffd.dat", good(field))


def test_rows_and_their_information_find_each_other_by_a_path_too_long_for_an_index(
    field: Field, tmp_path: Path
) -> None:
    folder = tmp_path.joinpath(*(LONG[start : start + 200] for start in range(0, 3000, 200)))
    folder.mkdir(parents=True)
    (folder / "day.rowinfo").write_bytes(ROWINFO)
    (folder / "day.row").write_bytes(METEO32_ROW)
    states = [result.state for result in load(field.home, [tmp_path], logger=field.logger, workers=1).files]
    assert states == [good(field), "loaded"]


@pytest.mark.parametrize("odd", [{"created": "no date"}, {"header": {"number": float("inf")}}])
def test_what_no_parser_should_say_fails_its_own_file(
    field: Field, write: Write, odd: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = toa5_format.parse
    monkeypatch.setattr(
        toa5_format, "parse", lambda content: replace(parse(content), **odd if b"Odd" in content else {})
    )
    result = loaded(field, write, toa5(rows(), table="Odd"))
    assert result.state == "failed"
    assert result.error is not None
    assert result.error["where"].endswith("a.dat")
    assert result.error["remedy"].startswith("open an issue")
