"""Leosphere and Vaisala WindCube .rtd: what each beam saw, a row a second, under the header that .sta files have.

The beam's direction (`Position`) and words such as those on the wiper are no readings. Neither generation says which
side of its second a stamp marks. The rest is as in `windcube`.

Unverified: written from descriptions by others who read such files; there was none to be checked against.
"""

from __future__ import annotations

import re
from dataclasses import replace

from loaders.formats import windcube
from loaders.formats.frame import LoggerFile
from loaders.formats.text import decode_lines

NAME = "windcube-rtd"
VERIFIED = False
NAMES = re.compile(rf"^(?:Timestamp|Date)\t(?:[^\n]*\t)?{windcube.BEAM}\t", re.MULTILINE)


def matches(head: bytes) -> bool:
    """Whether the header is a WindCube's and there is a column for the beam."""
    return windcube.matches(head) and NAMES.search(decode_lines(head)) is not None


def parse(content: bytes) -> LoggerFile:
    """Read one file, as `windcube` does."""
    return replace(windcube.parse(content), format=NAME)
