"""Files that appear whole or not at all: written under a passing name, and renamed when they are on the disk."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from database.errors import SetupError


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """What was written: `rows` counts timestamps, `values` the cells that hold one."""

    station: str
    format: str
    path: Path
    bytes: int
    sha256: str
    rows: int
    values: int


class Output:
    """A file being written: counts its bytes and takes their digest on the way, so it can't be rewound."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes) -> int:
        """Append."""
        self._digest.update(data)
        self.bytes += len(data)
        return self._file.write(data)

    def tell(self) -> int:
        """The number of bytes written so far."""
        return self.bytes

    def flush(self) -> None:
        """Hand what is buffered to the operating system."""
        self._file.flush()

    def close(self) -> None:
        """Only flush: who opened the file closes it."""
        self.flush()

    @property
    def sha256(self) -> str:
        """The digest of what was written so far."""
        return self._digest.hexdigest()


@contextmanager
def replacing(path: Path) -> Iterator[Output]:
    """Write `path` anew. It gets its name, and an older file loses it, only when all is written and on the disk.

    Raises SetupError where the folder can't be written to, or the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        clear_abandoned(path)
        with _locked_passing_file(path) as (file, passing):
            try:
                output = Output(file)
                yield output
                file.flush()
                os.fsync(file.fileno())
                passing.rename(path)
            except BaseException:
                passing.unlink(missing_ok=True)
                raise
        _sync_folder(path.parent)
    except OSError as error:
        raise SetupError(f"the file can't be written: {error.strerror or error}", str(path), "--output DIR") from error


def clear_abandoned(path: Path) -> None:
    """Remove what killed exports of this file left behind; those that are still being written hold a lock."""
    for abandoned in path.parent.glob(f".{path.name}.*.partial"):
        with abandoned.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            abandoned.unlink(missing_ok=True)


@contextmanager
def _locked_passing_file(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    while True:
        passing = path.with_name(f".{path.name}.{uuid4().hex}.partial")
        with passing.open("xb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # another export may have taken it for abandoned before it was locked
            if passing.exists():
                yield file, passing
                return


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
