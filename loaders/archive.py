"""The archive of received files: each content once, as it came, by its SHA-256; nothing is overwritten or deleted."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from database.errors import StationManagerError


class ArchiveDamaged(StationManagerError):
    """An archived file is gone or is not what its name says."""


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
        path = self.path_of(sha256)
        if not path.exists():
            if not path.parent.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                _sync(self.folder)
            _write_once(path, content)
        return sha256

    def get(self, sha256: str) -> bytes:
        """A content as it came.

        Raises ArchiveDamaged where it is gone or altered.
        """
        path = self.path_of(sha256)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise ArchiveDamaged(
                "an archived file is gone",
                str(path),
                "put it back from a backup of the archive, or load the file again",
            ) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ArchiveDamaged(
                "an archived file is not what it was", str(path), "put it back from a backup of the archive"
            )
        return content


def _write_once(path: Path, content: bytes) -> None:
    descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
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
