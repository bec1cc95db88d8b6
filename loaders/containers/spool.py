"""Where the files in a container are kept while they are read: a few in memory, all others in one file without a name.

So a worker needs no more memory for a larger file, and nothing is left on the disk, also when the worker is killed.
"""

from __future__ import annotations

import errno
import io
import os
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from loaders.containers.frame import no_room
from loaders.formats.source import Bytes, Source

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

IN_MEMORY = 16 << 20  # bytes of all files of a container together
SMALLEST_BUFFER = 512  # bytes; an archive has 100,000 members, and each is opened


class Nameless:
    """A file without a name, which is gone with the last that holds it."""

    def __init__(self, file: BinaryIO) -> None:
        self.descriptor = os.dup(file.fileno())
        weakref.finalize(self, os.close, self.descriptor)


@dataclass(frozen=True, slots=True)
class Spooled:
    """A part of such a file."""

    file: Nameless
    begins: int
    size: int

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`."""
        place, behind = self.begins + start, self.begins + min(end, self.size)
        found = []
        # Linux reads no more than 2 GiB at once
        while place < behind and (block := os.pread(self.file.descriptor, behind - place, place)):
            found.append(block)
            place += len(block)
        return b"".join(found)

    @contextmanager
    def opened(self) -> Iterator[tuple[int, int]]:
        """The descriptor of the file, and where this part begins in it."""
        yield self.file.descriptor, self.begins


class Spool:
    """What has come out of one container, and of those in it."""

    def __init__(self, folder: Path | None = None) -> None:
        """Nothing yet; `folder` is where there is room, by default the system's for such files."""
        self._folder = folder
        self._file: Nameless | None = None
        self._end = 0
        self.memory_left = IN_MEMORY

    def begin(self, name: str) -> Draft:
        """Begin a file; the one begun before must be finished, or is given up."""
        return Draft(self, name)

    def scratch(self) -> BinaryIO:
        """An open file without a name, where there is room."""
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=self._folder)

    def put(self, chunk: bytes | bytearray, place: int) -> int:
        """Write into the file without a name, `place` bytes behind what is finished; returns how many it has there."""
        if self._file is None:
            with self.scratch() as file:
                self._file = Nameless(file)
        rest = memoryview(chunk)
        while rest:
            written = os.pwrite(self._file.descriptor, rest, self._end + place)
            place, rest = place + written, rest[written:]
        return place

    def finished(self, size: int) -> Source:
        """What was put last, as a file."""
        assert self._file is not None
        self._end += size
        return Spooled(self._file, self._end - size, size)


class Draft:
    """A file on its way out of a container."""

    def __init__(self, spool: Spool, name: str) -> None:
        self._spool = spool
        self._name = name
        self._chunks: list[bytes] = []  # as long as they may stay in memory
        self._put = 0
        self.size = 0

    def write(self, chunk: bytes | bytearray) -> None:
        """Take the next bytes; raises NoRoom where there is no room for them."""
        self.size += len(chunk)
        if self.size <= self._spool.memory_left:
            self._chunks.append(bytes(chunk))
            return
        try:
            for earlier in self._chunks:
                self._put = self._spool.put(earlier, self._put)
            self._chunks.clear()
            self._put = self._spool.put(chunk, self._put)
        except OSError as error:
            raise no_room(self._name, error.strerror) from error

    def finish(self) -> Source:
        """The file: all of it has come."""
        if self._put:
            return self._spool.finished(self.size)
        self._spool.memory_left -= self.size
        return Bytes(b"".join(self._chunks))


class _Reader(io.RawIOBase):
    def __init__(self, source: Source) -> None:
        self._source = source
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        with memoryview(buffer) as room:
            found = self._source.read(self._place, self._place + room.nbytes)
            room.cast("B")[: len(found)] = found
        self._place += len(found)
        return len(found)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        place = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._source.size}[whence]
        if place < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))  # as files do, which libraries rely on
        self._place = place
        return place


def as_file(source: Source) -> io.BufferedReader:
    """A source as an open file that stands at its beginning."""
    return io.BufferedReader(_Reader(source), SMALLEST_BUFFER)
