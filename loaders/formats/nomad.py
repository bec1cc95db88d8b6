"""SecondWind Nomad 2 and 3 raw data (.ndf): recognised and refused, since such a file doesn't say when.

It has sensors and values in binary records, but no timestamps: begin and interval stand in the logger, and its own
program adds them when it exports. What can't be placed in time is not guessed.

Unverified: the records' marks are from another parser's source; there was no file to be checked against.
"""

from __future__ import annotations

from typing import NoReturn

from loaders.formats.frame import FormatError

NAME = "nomad"
VERIFIED = False
PREAMBLE = b"\xd1\x02"
PREAMBLE_BYTES = 64
RECORDS = (b"\xd4\x01", b"\xd7\x01", b"\xd8\x01")  # internal sensors, stubs, data


def matches(head: bytes) -> bool:
    """Whether the mark of the preamble stands first, and one of a record behind the preamble."""
    return head.startswith(PREAMBLE) and any(mark in head[PREAMBLE_BYTES:] for mark in RECORDS)


def parse(content: bytes) -> NoReturn:
    """Raise FormatError: values without times can't be placed."""
    serial = int.from_bytes(content[8:12], "little")
    raise FormatError(
        f"raw data of a Nomad (serial number {serial}, if it is as others have found): values without timestamps",
        "byte 1",
        "have SecondWind's Nomad Desktop export the file as CSV, and load that with a description of its columns",
    )
