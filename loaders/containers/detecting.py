"""Which container a file is, told by its content alone."""

from __future__ import annotations

import re
import tarfile
from enum import StrEnum

from loaders.containers import packets
from loaders.formats.source import Source

ZSTD_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
TAR_BLOCK = 512
TAR_CHECKSUM = slice(148, 156)
OFFICE = (b"[Content_Types].xml", b"mimetypeapplication/vnd.")  # documents that happen to be zip files
OFFICE_PLACE = 1 << 16  # the first name stands at the beginning, the directory of names at the end
HEAD_BYTES = OFFICE_PLACE  # all other signatures stand before
LZMA_HEADER = 13
LZMA_LARGEST = 1 << 40  # a size that is given beyond this is no size


class Kind(StrEnum):
    """A container, by the word that messages use."""

    ZIP = "zip"
    GZIP = "gzip"
    XZ = "xz"
    BZIP2 = "bzip2"
    ZSTD = "zstd"
    LZMA = "lzma"
    TAR = "tar"
    SEVEN_ZIP = "7z"
    OPENPGP = "OpenPGP"


MAGIC = {
    b"\x1f\x8b\x08": Kind.GZIP,
    b"\xfd7zXZ\x00": Kind.XZ,
    b"\x28\xb5\x2f\xfd": Kind.ZSTD,
    b"7z\xbc\xaf\x27\x1c": Kind.SEVEN_ZIP,
}


def kind_of(source: Source) -> Kind | None:
    """The kind of container, or None for a file that is none.

    Office documents are zip files to a computer and one file to everyone else; detached signatures hold nothing.
    """
    head = source.read(0, HEAD_BYTES)
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            return kind
    if _is_zip(head) and not _is_office(source):
        return Kind.ZIP
    tests = {Kind.BZIP2: _is_bzip2, Kind.ZSTD: _is_zstd, Kind.LZMA: _is_lzma_alone, Kind.TAR: _is_tar}
    found = next((kind for kind, is_it in tests.items() if is_it(head)), None)
    return Kind.OPENPGP if found is None and packets.is_message(source) else found


def _is_zip(head: bytes) -> bool:
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"))


def _is_office(source: Source) -> bool:
    ends = source.read(0, OFFICE_PLACE), source.read(max(source.size - OFFICE_PLACE, 0), source.size)
    return any(mark in end for mark in OFFICE for end in ends)


def _is_bzip2(head: bytes) -> bool:
    """A file that begins with the letters BZh is not yet one: a block or the end must follow."""
    begins = re.match(rb"BZh[1-9]", head) is not None
    return begins and head[4:10] in (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")


def _is_zstd(head: bytes) -> bool:
    return ZSTD_SKIPPABLE.match(head) is not None


def _is_lzma_alone(head: bytes) -> bool:
    """LZMA-alone has no signature: the usual properties, a dictionary that encoders make, a size that can be."""
    if len(head) <= LZMA_HEADER or head[0] != 0x5D:  # noqa: PLR2004 - lc=3, lp=0, pb=2 as every encoder sets them
        return False
    dictionary = int.from_bytes(head[1:5], "little")
    size = int.from_bytes(head[5:13], "little")
    usual = dictionary in {(2 << bits) + half for bits in range(31) for half in (0, 1 << bits)} | {0xFFFFFFFF}
    return usual and (size == 2**64 - 1 or size < LZMA_LARGEST) and head[LZMA_HEADER] == 0


def _is_tar(head: bytes) -> bool:
    """By the checksum of the first header, which old archives without `ustar` have too."""
    # to the library an empty field is a sum of 0, which a few bytes among zeros may have
    checksum = head[TAR_CHECKSUM].strip(b"\0 ")
    if len(head) < TAR_BLOCK or not head[0] or not checksum:
        return False
    try:
        tarfile.TarInfo.frombuf(head[:TAR_BLOCK], "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return False
    return True
