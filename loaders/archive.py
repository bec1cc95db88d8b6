"""The archive of received files: each content once, as it came, by its SHA-256; nothing is overwritten or deleted.

Of a file that grew it holds what was appended each time: the file as it came is those segments one after the other.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from database.errors import StationManagerError

BLOCK_BYTES = 1 << 20
SCRATCH = ".new-"
IN_MEMORY = 16 << 20  # bytes; what is larger is written beside the archive


class ArchiveDamaged(StationManagerError):
    """An archived file is gone or is not what its name says."""


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A content that was found to be what it was; see `loaders.formats.source.Source`."""

    path: Path
    size: int

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`."""
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(end - start)

    @contextmanager
    def opened(self) -> Iterator[tuple[int, int]]:
        """The descriptor of the open file, and where the content begins in it."""
        with self.path.open("rb") as file:
            yield file.fileno(), 0


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder of contents, spread over 256 folders by the digest's first two digits."""

    folder: Path

    def path_of(self, sha256: str) -> Path:
        """Where a content lies."""
        return self.folder / sha256[:2] / sha256

    def put(self, content: bytes) -> str:
        """Keep a content and return its SHA-256. It is on the disk when this returns, whole or not at all."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.put_from(BytesIO(content), sha256)
        return sha256

    def put_from(self, content: BinaryIO, sha256: str) -> None:
        """Keep what follows in an open file, whose digest is known. It is on the disk when this returns."""
        path = self.path_of(sha256)
        if not path.exists():
            if not path.parent.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                _sync(self.folder)
            _write_once(path, content)

    @contextmanager
    def scratch(self, chunks: Iterable[bytes]) -> Iterator[BinaryIO]:
        """What comes in chunks, as an open file that nobody else writes to, gone when the block ends.

        It stands at its end. A large one is beside the archive, where there is room for it if there is any.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(self.folder), prefix=SCRATCH) as copy:
            for chunk in chunks:
                copy.write(chunk)
            yield copy  # type: ignore[misc]  # it has all that a binary file has

    def open(self, sha256: str) -> ArchivedFile:
        """A content, to be read in pieces.

        Raises ArchiveDamaged where it is gone or altered.
        """
        path = self.path_of(sha256)
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
                size = file.tell()
        except FileNotFoundError:
            raise ArchiveDamaged(
                "an archived file is gone",
                str(path),
                "put it back from a backup of the archive, or load the file again",
            ) from None
        if found != sha256:
            raise ArchiveDamaged(
                "an archived file is not what it was", str(path), "put it back from a backup of the archive"
            )
        return ArchivedFile(path, size)

    def get(self, sha256: str) -> bytes:
        """A content as it came.

        Raises ArchiveDamaged where it is gone or altered.
        """
        file = self.open(sha256)
        return file.read(0, file.size)


def blocks(file: BinaryIO) -> Iterator[bytes]:
    """What follows in an open file, in chunks."""
    while block := file.read(BLOCK_BYTES):
        yield block


def _write_once(path: Path, content: BinaryIO) -> None:
    descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=SCRATCH)
    try:
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(content, file, BLOCK_BYTES)
            file.flush()
            os.fsync(file.fileno())
        Path(scratch).chmod(0o444)
        Path(scratch).replace(path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Bring a folder's names to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
