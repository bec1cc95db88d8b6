"""Damaged files of each format: an error on the ledger or counts that sum up, never a traceback or a lost neighbour."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.connection import connect
from database.home import Home
from loaders.companions import RowsWithInformation
from loaders.formats.frame import LoggerFile
from loaders.identifying import Formats
from loaders.results import FileResult
from tests.loaders import every_format
from tests.loaders.accidents import GOOD, Step, accidents, damaged, with_neighbour
from tests.loaders.campaign import SERIAL, claim_mast
from tests.loaders.every_format import Kind
from tests.loaders.formats.toa5_files import readings_in

KINDS = every_format.kinds()
SLOW = {"netcdf"}  # each file of it is read in a process of its own, which has HDF5 to load
MANY, FEW = 8, 2  # examples for each format or form
AT_ONCE = 4  # damaged files of an example
INFORMATION = ".rowinfo"
SEGMENTS = "select sha256 from raw.file where continues_file_id is not null"
STRANGE = "select count(*) from raw.reading where value in ('NaN', 'Infinity', '-Infinity')"


@pytest.fixture(scope="module")
def field(new_home: Callable[[str], Home], built: str, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An instance for all examples of this module."""
    home = new_home(built)
    folder = tmp_path_factory.mktemp("metadata")
    claim_mast(home, folder)
    every_format.claim(home, folder)
    return home


def after_accidents(kind: Kind, files: list[list[Step]]) -> dict[str, bytes]:
    """The record's files once for each list of accidents, by path; what says of others what they hold stays whole."""
    return {
        f"{number}/{name}": content if name.endswith(INFORMATION) else damaged(content, steps)
        for number, steps in enumerate(files)
        for name, content in kind.files().items()
    }


def parsed(home: Home, path: str, contents: dict[str, bytes]) -> LoggerFile:
    """What the parser makes of a file that the loader could read."""
    module = Formats.of(home).find(contents[path], path)
    assert module is not None
    information = contents.get(path.rpartition(".")[0] + INFORMATION)
    return (RowsWithInformation(information) if information else module).parse(contents[path])


def check(home: Home, kind: Kind, contents: dict[str, bytes]) -> None:
    """Every reading of a file that was loaded is new, the same, changed, kept or rejected."""
    results = dict(with_neighbour(home, contents, SERIAL if kind.logger else None))
    with connect(home, "analyst") as connection:
        segments = {row[0] for row in connection.execute(SEGMENTS).fetchall()}
        strange = connection.execute(STRANGE).fetchone()
    assert strange == (0,)
    for path, result in results.items():
        is_whole = result.state == "loaded" and result.sha256 not in segments
        if is_whole and path != GOOD and not path.endswith(INFORMATION):
            assert counted(result) == readings_in(parsed(home, path, contents))


def counted(result: FileResult) -> int:
    return result.new + result.same + result.changed + result.kept + result.rejected


@pytest.mark.parametrize("name", KINDS)
def test_damaged_files_of_a_format_harm_nobody(name: str, field: Home) -> None:
    @settings(max_examples=FEW if name in SLOW else MANY, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(accidents, min_size=AT_ONCE, max_size=AT_ONCE))
    def harms_nobody(files: list[list[Step]]) -> None:
        check(field, KINDS[name], after_accidents(KINDS[name], files))

    harms_nobody()
