"""Campbell Scientific TOB2: the card format of older loggers, TOB3 without record numbers in the frames.

Unverified: no file of a logger was to be had. The frames' head of eight bytes (seconds and sub-seconds) and the shorter
table line are known from another program's source; all else is taken to be as in TOB3.
"""

from loaders.formats import tob, tob3
from loaders.formats.frame import LoggerFile

NAME = "tob2"
VERIFIED = False
SIGNATURE = "TOB2"
LINES_BEFORE_RECORDS = tob3.LINES_BEFORE_RECORDS


def matches(head: bytes) -> bool:
    """Whether the first word is the format's name."""
    return tob.matches(head, SIGNATURE)


def parse(content: bytes) -> LoggerFile:
    """Read one file; frames that can't be read go to `rejected`. Raises FormatError for a bad header."""
    return tob3.parse_frames(content, NAME, SIGNATURE, head_bytes=8, table_fields=6)
