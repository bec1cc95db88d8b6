"""Tar archives, in every dialect that the standard library reads."""

from __future__ import annotations

import struct
import tarfile
from collections.abc import Iterator
from functools import partial
from typing import IO

from loaders.containers.budget import Budget
from loaders.containers.detecting import TAR_BLOCK, Kind
from loaders.containers.frame import (
    CHUNK,
    ContainerError,
    LimitExceeded,
    Member,
    Secrets,
    Unreadable,
    damaged,
)
from loaders.containers.names import printable, within
from loaders.containers.spool import as_file
from loaders.formats.source import Source, blocks

DAMAGE = (tarfile.TarError, OSError, EOFError, ValueError, LookupError, OverflowError, struct.error, RecursionError)
LINKS = {tarfile.SYMTYPE: "a symbolic link", tarfile.LNKTYPE: "a hard link"}


def members(member: Member, _: Kind, __: Secrets, budget: Budget) -> Iterator[Member | Unreadable]:
    """The regular files of the archive; links and devices are refused, each by itself."""
    try:
        with tarfile.open(fileobj=as_file(member.source), mode="r:", errorlevel=2) as archive:
            for info in archive:
                budget.count_member(member.name)
                if not info.isdir():
                    yield _member(archive, info, member.name, budget)
            _check_end(member.source, archive.offset)
    except DAMAGE as error:
        yield Unreadable(member.name, damaged(member.name, Kind.TAR, error))


def _member(archive: tarfile.TarFile, info: tarfile.TarInfo, container: str, budget: Budget) -> Member | Unreadable:
    name = container
    try:
        name = within(container, info.name)
        stream = _open(archive, info, name)
        source = budget.gather(iter(partial(stream.read, CHUNK), b""), name)
    except LimitExceeded:
        raise
    except ContainerError as error:
        return Unreadable(name, error)
    except DAMAGE as error:
        return Unreadable(name, damaged(name, Kind.TAR, error))
    if source.size != info.size:
        return Unreadable(name, damaged(name, Kind.TAR, "it ends early"))
    return Member(name, source)


def _open(archive: tarfile.TarFile, info: tarfile.TarInfo, name: str) -> IO[bytes]:
    stream = archive.extractfile(info) if info.isreg() else None
    if stream is None:
        what = LINKS.get(info.type, "a device or another special file")
        shown = f" to '{printable(info.linkname)}'" if info.type in LINKS else ""
        raise ContainerError(f"{what}{shown} in the archive", name, "pack the file itself")
    return stream


def _check_end(source: Source, end: int) -> None:
    """The standard library takes a broken header for the end, and what lies behind it would be lost unsaid."""
    mark = source.read(end, end + TAR_BLOCK)
    if end > source.size or (mark and mark.strip(b"\0")):
        raise tarfile.ReadError(f"the header at byte {end:,} can't be read, nor what lies behind it")
    if any(block.strip(b"\0") for block in blocks(source, end)):
        raise tarfile.ReadError(f"something follows its end, at byte {end:,}")
