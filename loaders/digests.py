"""Digests of a file and of its beginnings, by which one that grew is recognised whatever its name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

SHORTEST_PREFIX = 64  # bytes; of less nothing can be told
BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Digests:
    """What identifies a content.

    Attributes:
        sha256: the digest of all of it.
        size: its bytes.
        prefixes: the digest of each beginning whose length is a power of two, the longest last.
    """

    sha256: str
    size: int
    prefixes: tuple[str, ...]

    @property
    def prefix(self) -> str | None:
        """The digest of the longest such beginning: at least half of the content."""
        return self.prefixes[-1] if self.prefixes else None


def read(content: BinaryIO) -> Digests:
    """Digest an open file from its beginning."""
    content.seek(0)
    digest = hashlib.sha256()
    size, prefixes, mark = 0, [], SHORTEST_PREFIX
    while block := content.read(min(mark - size, BLOCK_BYTES)):
        digest.update(block)
        size += len(block)
        if size == mark:
            prefixes.append(digest.copy().hexdigest())
            mark *= 2
    return Digests(digest.hexdigest(), size, tuple(prefixes))


def of_beginnings(content: BinaryIO, sizes: Iterable[int]) -> dict[int, str]:
    """The digest of the first bytes, for each of several sizes."""
    content.seek(0)
    digest = hashlib.sha256()
    found, position = {}, 0
    for size in sorted(set(sizes)):
        while position < size and (block := content.read(min(size - position, BLOCK_BYTES))):
            digest.update(block)
            position += len(block)
        found[size] = digest.copy().hexdigest()
    return found


def of_rest(content: BinaryIO, start: int) -> str:
    """The digest of all that follows a place."""
    content.seek(start)
    digest = hashlib.sha256()
    while block := content.read(BLOCK_BYTES):
        digest.update(block)
    return digest.hexdigest()
