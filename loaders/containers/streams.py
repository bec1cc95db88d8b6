"""One file compressed as a whole: gzip, xz, bzip2, zstd and LZMA-alone; several streams in a row are one file."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import pyarrow as pa

from loaders.containers.budget import Budget
from loaders.containers.detecting import Kind
from loaders.containers.frame import CHUNK, Member, Secrets, damaged
from loaders.containers.names import unwrapped
from loaders.containers.spool import as_file
from loaders.formats.source import Source

STEP = 1 << 16  # compressed bytes that are handed on at once
LZMA_MEMORY = 1 << 30  # a dictionary of 1 GiB is more than `xz -9` ever makes
GZIP_WINDOW = zlib.MAX_WBITS | 16
TRUNCATED = "it ends early"


class Engine(Protocol):
    """What the standard library's decompressors have in common."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing comes out without more going in."""

    @property
    def unused_data(self) -> bytes:
        """What came after the stream's end."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most so many bytes."""


class GzipEngine:
    """zlib's, in the manner of the others."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(GZIP_WINDOW)

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        """Whether all input has been consumed."""
        return not self._zlib.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """What came after the stream's end."""
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most so many bytes, of what was left over and of the data."""
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)


ENGINES: dict[Kind, Callable[[], Engine]] = {
    Kind.GZIP: GzipEngine,
    Kind.BZIP2: bz2.BZ2Decompressor,
    Kind.XZ: lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=LZMA_MEMORY),
    Kind.LZMA: lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=LZMA_MEMORY),
}


def members(member: Member, kind: Kind, _: Secrets, budget: Budget) -> Iterator[Member]:
    """The one file in a stream."""
    chunks = _zstd(member.source) if kind == Kind.ZSTD else _streams(member.source, ENGINES[kind])
    try:
        source = budget.gather(chunks, member.name)
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
        raise damaged(member.name, kind, error) from error
    yield Member(unwrapped(member.name), source)


def _streams(source: Source, new_engine: Callable[[], Engine]) -> Iterator[bytes]:
    """All streams in a row; zeros between and after them are padding, anything else is damage."""
    place = 0
    while place < source.size:
        engine = new_engine()
        while not engine.eof:
            piece = source.read(place, place + STEP) if engine.needs_input else b""
            place += len(piece)
            chunk = engine.decompress(piece, CHUNK)
            if not chunk and not piece and not engine.eof:
                raise EOFError(TRUNCATED)
            yield chunk
        place = _behind_zeros(source, place - len(engine.unused_data))


def _behind_zeros(source: Source, place: int) -> int:
    while piece := source.read(place, place + STEP):
        rest = piece.lstrip(b"\0")
        place += len(piece) - len(rest)
        if rest:
            break
    return place


def _zstd(source: Source) -> Iterator[bytes]:
    stream = pa.CompressedInputStream(pa.PythonFile(as_file(source), mode="r"), "zstd")
    while chunk := stream.read(CHUNK):
        yield chunk
