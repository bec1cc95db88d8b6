"""Campbell Scientific TOB2: the card format of older loggers, TOB3 without record numbers in the frames.

Unverified: no file of a logger was to be had. The frames' head of eight bytes (seconds and sub-seconds) and the shorter
table line are known from another program's source; all else is taken to be as in TOB3.
"""

from collections.abc import Iterator

from loaders.formats import tob, tob3
from loaders.formats.frame import LoggerFile
from loaders.formats.source import Source

NAME = "tob2"
VERIFIED = False
GROWS = False
SIGNATURE = "TOB2"
LINES_BEFORE_RECORDS = tob3.LINES_BEFORE_RECORDS
TOB2 = tob3.Form(NAME, SIGNATURE, head_bytes=8, table_fields=6)


def matches(head: bytes) -> bool:
    """Whether the first word is the format's name."""
    return tob.matches(head, SIGNATURE)


def parse(content: bytes) -> LoggerFile:
    """Read one file; frames that can't be read go to `rejected`. Raises FormatError for a bad header."""
    return tob3.read_whole(content, TOB2)


def parts(source: Source, size: int) -> Iterator[LoggerFile]:
    """Read a file of any size, some `size` bytes at a time, lines counted from its beginning."""
    return tob3.read_parts(source, TOB2, size)
