"""Rows that begin with a time stamp, under no header: what some programs pass on of a logger's table.

Nothing tells what the columns are, and nothing is guessed: such a file is refused until its columns are described.
A description of the file's own, where there is one, is to be tried before this.
"""

from __future__ import annotations

import re
from typing import NoReturn

from loaders.formats.frame import FormatError
from loaders.formats.text import decode_lines

NAME = "headerless"
VERIFIED = True
ROW = re.compile(r'"?(19|20|21)\d\d-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?"?(?P<separator>[,;\t])', re.ASCII)


def matches(head: bytes) -> bool:
    """Whether the first line that isn't blank begins with a time stamp and a separator."""
    return ROW.match(decode_lines(head).lstrip()) is not None


def parse(content: bytes) -> NoReturn:
    """Raise FormatError: rows without a header can be read by a description alone."""
    text = decode_lines(content)
    rows = text.lstrip()
    line = text.count("\n", 0, len(text) - len(rows)) + 1
    found = ROW.match(rows)
    columns = rows.split("\n", 1)[0].count(found["separator"]) + 1 if found else 1
    raise FormatError(
        f"rows without a header: {columns} columns found, and nothing says what they are",
        f"line {line}",
        "name the file's columns in a description of its own, or have the table sent with its header (TOA5)",
    )
