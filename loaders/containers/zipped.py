"""Zip archives, with passwords of both kinds: the old ZipCrypto and AES (WinZip, 7-Zip)."""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Iterator
from functools import partial

import pyzipper  # type: ignore[import-untyped]  # it has no types

from loaders.containers.budget import Budget
from loaders.containers.detecting import Kind
from loaders.containers.frame import (
    CHUNK,
    HOW_TO_OPEN,
    ContainerError,
    LimitExceeded,
    Member,
    PasswordNeeded,
    Secrets,
    Unreadable,
    damaged,
)
from loaders.containers.names import within
from loaders.containers.spool import as_file
from loaders.formats.source import Source

ENCRYPTED = 0x1  # in the flags of a member
DAMAGE = (
    pyzipper.BadZipFile,
    pyzipper.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    LookupError,
    OverflowError,
)


def members(member: Member, _: Kind, secrets: Secrets, budget: Budget) -> Iterator[Member | Unreadable]:
    """The files of the archive; one that can't be read leaves the others alone."""
    try:
        archive = pyzipper.AESZipFile(as_file(member.source))
    except (*DAMAGE, NotImplementedError) as error:
        why = f"its directory, which stands at the end, can't be read ({error})"
        raise damaged(member.name, Kind.ZIP, why) from error
    with archive:
        for info in archive.infolist():
            budget.count_member(member.name)
            if not info.is_dir():
                yield _member(archive, info, member.name, secrets, budget)


def _member(
    archive: pyzipper.AESZipFile, info: pyzipper.ZipInfo, container: str, secrets: Secrets, budget: Budget
) -> Member | Unreadable:
    name = container
    try:
        name = within(container, info.orig_filename)
        if not info.flag_bits & ENCRYPTED:
            return Member(name, _read(archive, info, None, name, budget))
        return Member(name, _decrypt(archive, info, name, secrets, budget))
    except LimitExceeded:
        raise
    except ContainerError as error:
        return Unreadable(name, error)
    except RuntimeError as error:  # encrypted by one of its two headers, and not by the other
        return Unreadable(name, damaged(name, Kind.ZIP, error))


def _read(
    archive: pyzipper.AESZipFile, info: pyzipper.ZipInfo, password: bytes | None, name: str, budget: Budget
) -> Source:
    """One member, as far as it may come out; RuntimeError where the password is wrong."""
    try:
        with archive.open(info, pwd=password) as stream:
            return budget.gather(iter(partial(stream.read, CHUNK), b""), name)
    except NotImplementedError as error:
        what = f"its kind of packing is not known here ({error})"
        raise ContainerError(what, name, "unpack it by hand and load what was in it") from error
    except DAMAGE as error:
        raise damaged(name, Kind.ZIP, error) from error


def _decrypt(
    archive: pyzipper.AESZipFile, info: pyzipper.ZipInfo, name: str, secrets: Secrets, budget: Budget
) -> Source:
    """One member by the first password that opens it.

    ZipCrypto takes one wrong password in 256 for right, which then reads as damage: so damage asks for the next one.
    """
    damage: ContainerError | None = None
    for password in _spelled(secrets.passwords):
        try:
            return _read(archive, info, password, name, budget)
        except RuntimeError:
            continue
        except LimitExceeded:
            raise
        except ContainerError as error:
            damage = error
    if damage is not None:
        raise damage
    raise PasswordNeeded(_what_fails(secrets), name, HOW_TO_OPEN)


def _what_fails(secrets: Secrets) -> str:
    tried = len(secrets.passwords)
    return f"encrypted, and none of {tried} passwords opens it" if tried else "encrypted, and no password is known"


def _spelled(passwords: tuple[str, ...]) -> Iterator[bytes]:
    """As bytes, which a zip file doesn't say how to make: UTF-8 by rule, the code page of Windows by habit."""
    for password in passwords:
        spellings = {encoding: password.encode(encoding, "ignore") for encoding in ("utf-8", "cp1252", "cp437")}
        yield from dict.fromkeys(spellings.values())
