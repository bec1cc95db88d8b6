"""7z archives, with passwords, encrypted names included."""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Iterator

import py7zr
from py7zr.exceptions import (
    ArchiveError,
    DecompressionBombError,
    PasswordRequired,
    UnsupportedCompressionMethodError,
)
from py7zr.io import Py7zIO, WriterFactory

from loaders.containers.budget import Budget
from loaders.containers.detecting import Kind
from loaders.containers.frame import (
    HOW_TO_OPEN,
    ContainerError,
    Member,
    NoRoom,
    PasswordNeeded,
    Secrets,
    Unreadable,
    damaged,
)
from loaders.containers.names import within
from loaders.containers.spool import as_file
from loaders.formats.source import Source

DAMAGE = (  # what a hostile header makes of the library
    ArchiveError,
    lzma.LZMAError,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    AssertionError,
    RuntimeError,
    MemoryError,
)


class Written(Py7zIO):
    """A member on its way out; it is whole once the library has compared its checksum and closed it."""

    def __init__(self, name: str, budget: Budget) -> None:
        self.name = name
        self.source: Source | None = None  # once it is whole
        self._budget = budget
        self._draft = budget.spool.begin(name)

    def write(self, s: bytes | bytearray) -> int:
        """Take a chunk, if it may still come."""
        if self._draft.size + len(s) > self._budget.bytes_left:
            raise self._budget.too_large(self.name)
        self._draft.write(s)
        return len(s)

    def read(self, size: int | None = None) -> bytes:
        """Nothing: the library asks for links alone, which never come here."""
        del size
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Nothing is ever written twice."""
        del whence
        return offset

    def flush(self) -> None:
        """Nothing is held back."""

    def size(self) -> int:
        """What has been written."""
        return self._draft.size

    def close(self) -> None:
        """Now it is whole."""
        self.source = self._draft.finish()
        self._budget.bytes_left -= self._draft.size


class Writers(WriterFactory):
    """Collects the members, where no name can lead anywhere."""

    def __init__(self, container: str, budget: Budget) -> None:
        self.written: list[Written] = []
        self._container = container
        self._budget = budget

    def create(self, filename: str) -> Py7zIO:
        """The next member."""
        self.written.append(Written(within(self._container, filename), self._budget))
        return self.written[-1]


def members(member: Member, _: Kind, secrets: Secrets, budget: Budget) -> Iterator[Member | Unreadable]:
    """The files of the archive; where it breaks off, those that were whole before."""
    found, failed = _extract(member, None, budget)
    if isinstance(failed, PasswordNeeded):
        for password in secrets.passwords:
            found, failure = _extract(member, password, budget)
            # what has the right checksum was decrypted by the right password; where it can't be written no one knows
            if failure is None or found or isinstance(failure, NoRoom):
                failed = failure
                break
    for one in found:
        budget.count_member(member.name)
        yield one
    if failed is not None:
        tried = len(secrets.passwords)
        if isinstance(failed, PasswordNeeded) and tried:
            what = f"encrypted, and none of {tried} passwords opens it; or it is damaged"
            failed = PasswordNeeded(what, member.name, HOW_TO_OPEN)
        yield Unreadable(member.name, failed)


def _extract(
    member: Member, password: str | None, budget: Budget
) -> tuple[list[Member | Unreadable], ContainerError | None]:
    """All that one password gives, and what ended it before everything was out."""
    writers = Writers(member.name, budget)
    found: list[Member | Unreadable] = []
    failed: ContainerError | None = None
    packed = as_file(member.source)
    try:
        with py7zr.SevenZipFile(packed, password=password, max_extract_size=budget.bytes_left) as archive:
            targets, refused = _targets(archive, member.name)
            archive.extract(targets=targets, factory=writers)
            found += refused
    except DecompressionBombError as error:
        raise budget.too_large(member.name) from error
    except PasswordRequired:
        failed = PasswordNeeded("encrypted, and no password is known", member.name, HOW_TO_OPEN)
    except UnsupportedCompressionMethodError as error:
        what = f"its kind of packing is not known here ({error.message})"
        failed = ContainerError(what, member.name, "unpack it by hand and load what was in it")
    except NoRoom as error:
        failed = error
    except DAMAGE as error:
        failed = damaged(member.name, Kind.SEVEN_ZIP, error)
    found += [Member(one.name, one.source) for one in writers.written if one.source is not None]
    return found, failed


def _targets(archive: py7zr.SevenZipFile, container: str) -> tuple[list[str], list[Member | Unreadable]]:
    """Which members may come out, and the others with the reason."""
    targets: list[str] = []
    refused: list[Member | Unreadable] = []
    for file in archive.files:
        if file.is_directory:
            continue
        try:
            _check(file, within(container, file.filename))
            targets.append(file.filename)
        except ContainerError as error:
            refused.append(Unreadable(error.where, error))
    return targets, refused


def _check(file: py7zr.py7zr.ArchiveFile, name: str) -> None:
    if file.is_symlink or file.is_junction or file.is_socket:
        raise ContainerError("a link or another special file in the archive", name, "pack the file itself")
