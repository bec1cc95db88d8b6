"""What could not be read is read again, once the code is another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from database.home import Home
from loaders import faults, loading, opening
from loaders.formats import toa5 as toa5_format
from loaders.loading import load, load_waiting
from tests.loaders.campaign import toa5

Write = Callable[[str, bytes], Path]
BAD = b'"yesterday",0,7\r\n'


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets the code be another one, which knows the words that the old one does not."""

    def mend() -> None:
        parse = toa5_format.parse
        monkeypatch.setattr(
            toa5_format, "parse", lambda content: parse(content.replace(b"yesterday", b"2021-02-28 00:00:00"))
        )
        for module in (faults, loading, opening):
            monkeypatch.setattr(module, "loader_version", lambda: "the next")

    return mend


def test_a_file_of_which_no_row_can_be_read_fails_until_the_code_can(
    mast: Home, write: Write, next_version: Callable[[], None]
) -> None:
    result = load(mast, [write("a.dat", toa5({}) + 3 * BAD), write("b.dat", toa5({0: [1.0], 1: [2.0]}))])
    assert [file.state for file in result.files] == ["failed", "loaded"]
    assert not result.is_complete
    error = result.files[0].error
    assert error is not None
    assert "'yesterday'" in error["what"]
    assert error["where"] == "line 5"
    assert error["remedy"].startswith("none of the file's 3 lines could be read as a row")
    assert load_waiting(mast).files == []
    next_version()
    assert [(file.state, file.new) for file in load_waiting(mast).files] == [("loaded", 1)]


@pytest.mark.parametrize(
    "content", [toa5({}), toa5({}) + b'"2021-03-0', toa5({0: [1.0]}) + BAD], ids=["no row", "half a row", "a good row"]
)
def test_a_file_that_only_begins_and_one_with_a_good_row_are_loaded(mast: Home, write: Write, content: bytes) -> None:
    assert load(mast, [write("a.dat", content)]).is_complete


def test_what_is_appended_may_be_bad_altogether(mast: Home, write: Write) -> None:
    content = toa5({step: [1.0] for step in range(9)})
    load(mast, [write("a.dat", content)])
    (result,) = load(mast, [write("a.dat", content + BAD)]).files
    assert (result.state, result.rejected) == ("loaded", 1)


def test_retry_reads_loaded_files_again_whose_bad_lines_other_code_rejected(
    mast: Home, write: Write, next_version: Callable[[], None]
) -> None:
    files = [write("a.dat", toa5({0: [1.0], 1: [2.0]}) + BAD), write("b.dat", toa5({2: [1.0], 3: [2.0]}))]
    assert [file.rejected for file in load(mast, files).files] == [1, 0]
    assert load_waiting(mast, retry_failed=True).files == []
    next_version()
    assert load_waiting(mast).files == []
    (again,) = load_waiting(mast, retry_failed=True).files
    assert (Path(again.path).name, again.state, again.new, again.same, again.rejected) == ("a.dat", "loaded", 1, 2, 0)
    assert load_waiting(mast, retry_failed=True).files == []
