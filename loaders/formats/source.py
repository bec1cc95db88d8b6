"""Where a file's bytes come from: memory, the archive, a container; to be read from any place, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

BLOCK_BYTES = 1 << 20


class Source(Protocol):
    """Bytes that can be read from any place."""

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`."""

    @property
    def size(self) -> int:
        """How many there are."""


@runtime_checkable
class OnDisk(Protocol):
    """A source that another process can read by itself."""

    def opened(self) -> AbstractContextManager[tuple[int, int]]:
        """The descriptor of an open file that it is a part of, and where in that it begins."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """A content in memory."""

    content: bytes

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`."""
        return self.content[start:end]

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Joined:
    """Several sources one after the other."""

    parts: tuple[Source, ...]

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`."""
        found = []
        for part in self.parts:
            if start < part.size and end > 0:  # a file that grew for years has 50,000 parts, and each is opened
                found.append(part.read(max(start, 0), end))
            start, end = start - part.size, end - part.size
        return b"".join(found)

    @property
    def size(self) -> int:
        """How many there are."""
        return sum(part.size for part in self.parts)


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first bytes of a source."""

    source: Source
    size: int

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`."""
        return self.source.read(start, min(end, self.size))


def without_zeros_at_end(source: Source) -> Source:
    """All of it but for zeros at its end, which a power cut leaves; one of them stays, to be told."""
    end = source.size
    while end and source.read(end - 1, end) == b"\x00":
        start = max(end - BLOCK_BYTES, 0)
        end = start + len(source.read(start, end).rstrip(b"\x00"))
    return source if end + 1 >= source.size else Beginning(source, end + 1)


def blocks(source: Source, start: int = 0) -> Iterator[bytes]:
    """All that follows a place, a block at a time."""
    for place in range(start, source.size, BLOCK_BYTES):
        yield source.read(place, place + BLOCK_BYTES)
