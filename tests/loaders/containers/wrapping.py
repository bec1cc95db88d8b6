"""Wraps files in containers, by libraries other than those that unwrap them wherever there is another one."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import py7zr
import pyarrow as pa
import pyzipper  # type: ignore[import-untyped]  # it has no types

from loaders.containers import unpacking
from loaders.containers.frame import Limits, Member, Unreadable
from loaders.formats.source import Bytes

Files = Mapping[str, bytes]
DAY = b"TIMESTAMP,Spd\n2024-03-01 00:10:00,5.5\n" * 40


def zipped(files: Files, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return packed.getvalue()


def aes_zipped(files: Files, password: str, bits: int = 256) -> bytes:
    packed = io.BytesIO()
    with pyzipper.AESZipFile(packed, "w", compression=zipfile.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setencryption(pyzipper.WZ_AES, nbits=bits)
        archive.setpassword(password.encode())
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def crypto_zipped(name: str, content: bytes, password: bytes) -> bytes:
    """A zip file by the old encryption (PKWARE's APPNOTE, 6.1), stored: no library here writes it."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def step(octet: int) -> None:
        keys[0] = crc_step(keys[0], octet)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = crc_step(keys[2], keys[1] >> 24)

    def encrypted(octet: int) -> int:
        word = (keys[2] | 2) & 0xFFFF
        stream = ((word * (word ^ 1)) >> 8) & 0xFF
        step(octet)
        return octet ^ stream

    for octet in password:
        step(octet)
    checksum = zlib.crc32(content)
    body = bytes(map(encrypted, os.urandom(11) + bytes([checksum >> 24]) + content))
    fields = struct.pack("<HHHHHIIIHH", 20, 1, 0, 0, 33, checksum, len(body), len(content), len(name), 0)
    local = b"PK\x03\x04" + fields + name.encode() + body
    central = b"PK\x01\x02" + struct.pack("<H", 20) + fields + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name.encode()
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def crc_step(crc: int, octet: int) -> int:
    """One byte of CRC-32, without the inversions that zlib adds before and after."""
    return zlib.crc32(bytes([octet]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def tarred(files: Files, layout: int = tarfile.PAX_FORMAT) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=layout) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def special_tar(kind: bytes, name: str = "trick", target: str = "/etc/passwd") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        archive.addfile(info)
        good = tarfile.TarInfo("good.csv")
        good.size = len(DAY)
        archive.addfile(good, io.BytesIO(DAY))
    return packed.getvalue()


def seven_zipped(files: Files, password: str | None = None, *, hide_names: bool = False) -> bytes:
    packed = io.BytesIO()
    with py7zr.SevenZipFile(packed, "w", password=password, header_encryption=hide_names) as archive:
        for name, content in files.items():
            archive.writestr(content, name)
    return packed.getvalue()


def stored_7z(files: Files) -> bytes:
    """A 7z file that packs nothing, each member by itself."""
    packed = b""
    for name, content in files.items():
        buffer = io.BytesIO(packed)
        with py7zr.SevenZipFile(buffer, "a" if packed else "w", filters=[{"id": py7zr.FILTER_COPY}]) as archive:
            archive.writestr(content, name)
        packed = buffer.getvalue()
    return packed


def renamed_7z(files: Files, old: str, new: str) -> bytes:
    """A 7z file with a name that the library doesn't write, put there by hand, with its checksums anew."""
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w") as archive:
        archive.set_encoded_header_mode(mode=False)
        for name, content in files.items():
            archive.writestr(content, name)
    packed = bytearray(buffer.getvalue().replace(old.encode("utf-16le"), new.encode("utf-16le")))
    offset, size = struct.unpack("<QQ", packed[12:28])
    packed[28:32] = struct.pack("<I", zlib.crc32(packed[32 + offset : 32 + offset + size]))
    packed[8:12] = struct.pack("<I", zlib.crc32(packed[12:32]))
    return bytes(packed)


def zstandard(content: bytes) -> bytes:
    packed = pa.BufferOutputStream()
    with pa.CompressedOutputStream(packed, "zstd") as stream:
        stream.write(content)
    return bytes(packed.getvalue())


def lzma_alone(content: bytes) -> bytes:
    return lzma.compress(content, lzma.FORMAT_ALONE)


STREAMS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "xz": lzma.compress,
    "bzip2": bz2.compress,
    "zstd": zstandard,
    "lzma": lzma_alone,
}
ARCHIVES: dict[str, Callable[[Files], bytes]] = {"zip": zipped, "tar": tarred, "7z": seven_zipped}


def unpack(content: bytes, name: str, **how: Any) -> list[Member | Unreadable]:
    return unpacking.unpack(Bytes(content), name, **how)


def member(name: str, content: bytes) -> Member:
    return Member(name, Bytes(content))


def contents(found: list[Member | Unreadable]) -> dict[str, bytes]:
    """The members by name, where nothing else is expected."""
    assert all(isinstance(one, Member) for one in found), found
    return {one.name: one.content for one in found if isinstance(one, Member)}


def the_error(
    content: bytes, name: str = "file", *, limits: Limits | None = None, **secrets: object
) -> tuple[str, str, str]:
    """The one thing that can't be read: its name, what, and the remedy."""
    (one,) = unpack(content, name, limits=limits or Limits(), **secrets)
    assert isinstance(one, Unreadable)
    return one.name, one.error.what, one.error.remedy
