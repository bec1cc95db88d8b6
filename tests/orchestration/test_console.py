"""What commands tell people."""

from __future__ import annotations

import pytest

from loaders.results import FileResult
from orchestration.cli.console import print_waiting


def file(state: str) -> FileResult:
    return FileResult("a.dat", "0" * 64, None, None, state, 0, 0, 0, 0, 0, None, None, None)


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ([], ""),
        (["loaded"], "1 waiting file was read\n"),
        (["failed"], "1 still can't be read: stationmanager status tells why\n"),
        (
            ["loaded", "failed", "loaded", "unclaimed"],
            "2 waiting files were read\n2 still can't be read: stationmanager status tells why\n",
        ),
    ],
)
def test_files_that_were_tried_in_vain_are_not_told_as_read(
    states: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_waiting([file(state) for state in states])
    assert capsys.readouterr().out == told
