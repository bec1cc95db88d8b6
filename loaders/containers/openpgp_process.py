"""Decrypts one OpenPGP message in a process of its own, whose limits hold for the library too.

Runs as a script: the paths of message and output as arguments, keys, passwords and limit as JSON on standard input; the
answer is JSON on standard output: nothing in it, or how it failed and why.
"""

from __future__ import annotations

import base64
import errno
import json
import os
import re
import resource
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pysequoia
from pysequoia.packet import Packet, PacketPile, Tag

WORK_BYTES = 1 << 30  # address space for the library beside what comes out
ENCRYPTED = (Tag.PKESK, Tag.SKESK, Tag.SEIP, Tag.SED, Tag.AED)
OF_THE_SYSTEM = re.compile(r"\(os error (\d+)\)")  # as Rust tells its errors
UNPROTECTED = "Policy rejected packet type"
WRONG_KEY = "No key to decrypt message"


def main() -> None:
    """Do as asked."""
    source, output = map(Path, sys.argv[1:])
    asked = json.load(sys.stdin)
    limit = asked["limit"]
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    resource.setrlimit(resource.RLIMIT_AS, (WORK_BYTES + 2 * limit, WORK_BYTES + 2 * limit))
    keys = [base64.b64decode(key) for key in asked["keys"]]
    try:
        answer = open_message(source, output, keys, asked["passwords"])
    except OSError as error:
        failed = "too large" if error.errno == errno.EFBIG else "no room"
        answer = {"failed": failed, "why": error.strerror or str(error)}
    sys.stdout.write(json.dumps(answer))


def open_message(source: Path, output: Path, keys: list[bytes], passwords: list[str]) -> dict[str, str]:
    """Write what is in the message to the output; says how it failed, if it did; OSError where it can't be written."""
    content = source.read_bytes()
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"-----BEGIN PGP SIGNED MESSAGE"):
        return clear_text(content, output)
    try:
        packets = list(PacketPile.from_bytes(content))
        if any(packet.tag in ENCRYPTED for packet in packets):
            return decrypt(source, output, keys, passwords)
        literal = next((packet.literal_data for packet in packets if packet.tag == Tag.Literal), None)
        if literal is None:
            return {"failed": "damaged", "why": "a message without content"}
        output.write_bytes(literal)
    except RuntimeError as error:
        return {"failed": "damaged", "why": first_line(error)}
    return {}


def clear_text(content: bytes, output: Path) -> dict[str, str]:
    """A text with its signature below it (RFC 4880, chapter 7): lines that begin with a dash have one more."""
    lines = content.splitlines(keepends=True)
    ends = next((number for number, line in enumerate(lines) if line.startswith(b"-----BEGIN PGP SIGNATURE")), None)
    begins = next((number for number, line in enumerate(lines) if not line.strip()), None)
    if ends is None or begins is None or begins >= ends:
        return {"failed": "damaged", "why": "a signed text without its signature"}
    output.write_bytes(b"".join(line.removeprefix(b"- ") for line in lines[begins + 1 : ends]))
    return {}


def decrypt(source: Path, output: Path, keys: list[bytes], passwords: list[str]) -> dict[str, str]:
    """Decrypt by the first key or password that fits."""
    no_key, damage = "no private key is known", ""
    attempts = [attempt for key in keys for attempt in by_key(key, passwords)]
    if passwords:
        attempts.append(lambda: {"passwords": passwords})
    for attempt in attempts:
        try:
            fitting = attempt()
        except RuntimeError as error:
            no_key = first_line(error)
            continue
        try:
            pysequoia.decrypt_file(source, output, **fitting)
        except BaseException as error:  # a panic of Rust derives from BaseException alone
            why = first_line(error)
            if number := OF_THE_SYSTEM.search(why):
                raise OSError(int(number[1]), os.strerror(int(number[1]))) from error
            if why == UNPROTECTED:
                damage = "it is encrypted without protection against changes, which is refused"
            elif why != WRONG_KEY:
                damage = why
            elif "decryptor" in fitting:
                no_key = why
        else:
            return {}
    return {"failed": "damaged", "why": damage} if damage else {"failed": "no key", "why": no_key}


def by_key(exported: bytes, passwords: list[str]) -> Iterator[Callable[[], dict[str, Any]]]:
    """Each key of an export, with each passphrase, as something to try."""
    for key in each_subkey(list(PacketPile.from_bytes(exported))):
        for passphrase in (None, *passwords):
            yield partial(decryptor, key, passphrase)


def decryptor(key: list[Packet], passphrase: str | None) -> dict[str, Any]:
    """A key ready for use; RuntimeError where it is none, or the passphrase is wrong."""
    return {"decryptor": pysequoia.Tsk.from_packets(key).decryptor(passphrase)}


def each_subkey(packets: list[Packet]) -> Iterator[list[Packet]]:
    """The key as often as it has subkeys, each time with another one: the library only ever takes the newest."""
    starts = [place for place, packet in enumerate(packets) if packet.tag in (Tag.SecretKey, Tag.SecretSubkey)]
    primary: list[Packet] = []
    for start, end in pairwise([*starts, len(packets)]):
        if packets[start].tag == Tag.SecretKey:
            primary = packets[start:end]
            yield primary
        else:
            yield primary + packets[start:end]


def first_line(error: BaseException) -> str:
    """What the library says, without the trace that it adds."""
    return str(error).partition("\n")[0]


if __name__ == "__main__":
    main()
