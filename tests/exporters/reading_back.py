"""Reads exported files as their users do: the zip by the standard library, the tables by pandas."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import ZipFile

import pandas as pd

HEAD_LINES = 12


def member(path: Path, part: str) -> str:
    """The text of a file of the archive, line ends as they are."""
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        return archive.read(f"test_mast_{part}.txt").decode("cp1252")


def parts(path: Path) -> list[str]:
    """What the archive holds."""
    with ZipFile(path) as archive:
        return [name.removeprefix("test_mast_").removesuffix(".txt") for name in archive.namelist()]


def table(path: Path, part: str = "all") -> pd.DataFrame:
    """The rows below the head, by timestamp."""
    text = io.StringIO(member(path, part))
    return pd.read_csv(text, sep="\t", skiprows=HEAD_LINES, skip_blank_lines=False, index_col=0, parse_dates=True)
