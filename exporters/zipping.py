"""A zip archive whose members grow side by side, slice by slice, from text that was compressed elsewhere.

The standard library writes one member at a time and compresses it in the same thread. Here every slice is compressed by
itself (a deflate stream may be spliced after a full flush), so that slices are compressed in parallel. ISA-L does it at
400 MB/s; zlib's level 3 takes 60 MB/s for the same size, and its level 6 20 MB/s for a tenth less.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from isal import isal_zlib

from exporters.writing import Output

LEVEL = 3
RAW_DEFLATE = -15
# A last block without content.
END_OF_STREAM = b"\x03\x00"
# A zip file knows no earlier time.
EARLIEST = datetime(1980, 1, 1)
READABLE_FILE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a member: compressed bytes, the size and CRC of what they hold."""

    deflated: bytes
    size: int
    crc: int

    @classmethod
    def of(cls, content: bytes) -> Segment:
        """Compress a piece so that others can stand before and after it."""
        compressor = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, RAW_DEFLATE)
        deflated = compressor.compress(content) + compressor.flush(isal_zlib.Z_FULL_FLUSH)
        return cls(deflated, len(content), isal_zlib.crc32(content))


class Member:
    """A file of the archive to be, its segments in a file of their own until the archive is written."""

    def __init__(self, name: str, deflated: IO[bytes]) -> None:
        self.name = name
        self.deflated = deflated
        self.size = 0
        self.crc = 0

    def append(self, segment: Segment) -> None:
        """Add the next piece."""
        self.deflated.write(segment.deflated)
        self.size += segment.size
        self.crc = isal_zlib.crc32_combine(self.crc, segment.crc, segment.size)


def write_zip(output: Output, members: list[Member], modified: datetime | None) -> None:
    """Write the members, all with the same time, so that the same content is the same archive."""
    moment = max(modified or EARLIEST, EARLIEST)
    with ZipFile(output, "w") as archive:
        for member in members:
            _splice(archive, output, member, moment)


def _splice(archive: ZipFile, output: Output, member: Member, moment: datetime) -> None:
    """Add what is compressed already, for which the standard library has headers and directory but no method."""
    member.deflated.write(END_OF_STREAM)
    entry = ZipInfo(member.name, moment.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = READABLE_FILE
    entry.file_size = member.size
    entry.compress_size = member.deflated.tell()
    entry.CRC = member.crc
    entry.header_offset = output.tell()
    output.write(entry.FileHeader())
    member.deflated.seek(0)
    shutil.copyfileobj(member.deflated, output, 1 << 20)
    archive.filelist.append(entry)
    archive.NameToInfo[entry.filename] = entry
    archive.start_dir = output.tell()
    archive.comment = b""  # tells the archive that it has a directory to write
