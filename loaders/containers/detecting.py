"""Which container a file is, told by its content alone."""

from __future__ import annotations

import re
import tarfile
from enum import StrEnum

from loaders.containers import packets

ZSTD_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
TAR_BLOCK = 512
OFFICE = (b"[Content_Types].xml", b"mimetypeapplication/vnd.")  # documents that happen to be zip files
OFFICE_PLACE = 1 << 16  # the first name stands at the beginning, the directory of names at the end
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


def kind_of(content: bytes) -> Kind | None:
    """The kind of container, or None for a file that is none.

    Office documents are zip files to a computer and one file to everyone else; detached signatures hold nothing.
    """
    for magic, kind in MAGIC.items():
        if content.startswith(magic):
            return kind
    tests = {
        Kind.ZIP: _is_zip,
        Kind.BZIP2: _is_bzip2,
        Kind.ZSTD: _is_zstd,
        Kind.LZMA: _is_lzma_alone,
        Kind.TAR: _is_tar,
        Kind.OPENPGP: packets.is_message,
    }
    return next((kind for kind, is_it in tests.items() if is_it(content)), None)


def _is_zip(content: bytes) -> bool:
    if not content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return False
    return not any(mark in content[:OFFICE_PLACE] or mark in content[-OFFICE_PLACE:] for mark in OFFICE)


def _is_bzip2(content: bytes) -> bool:
    """A file that begins with the letters BZh is not yet one: a block or the end must follow."""
    begins = re.match(rb"BZh[1-9]", content) is not None
    return begins and content[4:10] in (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")


def _is_zstd(content: bytes) -> bool:
    return ZSTD_SKIPPABLE.match(content) is not None


def _is_lzma_alone(content: bytes) -> bool:
    """LZMA-alone has no signature: the usual properties, a dictionary that encoders make, a size that can be."""
    if len(content) <= LZMA_HEADER or content[0] != 0x5D:  # noqa: PLR2004 - lc=3, lp=0, pb=2 as every encoder sets them
        return False
    dictionary = int.from_bytes(content[1:5], "little")
    size = int.from_bytes(content[5:13], "little")
    usual = dictionary in {(2 << bits) + half for bits in range(31) for half in (0, 1 << bits)} | {0xFFFFFFFF}
    return usual and (size == 2**64 - 1 or size < LZMA_LARGEST) and content[LZMA_HEADER] == 0


def _is_tar(content: bytes) -> bool:
    """By the checksum of the first header, which old archives without `ustar` have too."""
    head = content[:TAR_BLOCK]
    if len(head) < TAR_BLOCK or not head[0]:
        return False
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return False
    return True
