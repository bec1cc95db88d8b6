"""Leosphere and Vaisala WindCube .rtd: what each beam saw, a row a second, under the header that .sta files have.

The beam's direction (`Position`) and words such as those on the wiper are no readings. Neither generation says which
side of its second a stamp marks. A row stands for about a second; the stamps, which have fractions, don't tell, so it
is said here, and what is measured every second is not taken for the lidar's averages. The rest is as in `windcube`.

Unverified: written from descriptions by others who read such files; there was none to be checked against.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from loaders.formats import windcube
from loaders.formats.evidence import Hearing
from loaders.formats.frame import Cut, LoggerFile
from loaders.formats.text import decode_lines

NAME = "windcube-rtd"
VERIFIED = False
GROWS = False
A_ROW = np.timedelta64(1_000_000, "us")
NAMES = re.compile(rf"^(?:Timestamp|Date)\t(?:[^\n]*\t)?{windcube.BEAM}\t", re.MULTILINE)


def matches(head: bytes) -> bool:
    """Whether the header is a WindCube's and there is a column for the beam."""
    return windcube.matches(head) and NAMES.search(decode_lines(head)) is not None


def parse(content: bytes) -> LoggerFile:
    """Read one file, as `windcube` does."""
    return parse_with(content, Hearing())


def parse_with(content: bytes, hearing: Hearing) -> LoggerFile:
    """The same of a piece, with what others of its file tell."""
    file = windcube.parse_with(content, hearing)
    return replace(file, format=NAME, tables=tuple(replace(table, averaging_period=A_ROW) for table in file.tables))


def cut(content: bytes) -> Cut | None:
    """Where a large file can be cut."""
    return windcube.cut(content)
