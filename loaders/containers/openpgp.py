"""OpenPGP messages: encrypted to one of our keys or by a password, signed, or both, as Ammonit's loggers send them.

The library works in a process of its own: it unpacks without limits, and the operating system sets them for a process.
Signatures are taken off and not judged: no logger's public key is known here.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from loaders.containers.budget import Budget
from loaders.containers.detecting import Kind
from loaders.containers.frame import CHUNK, ContainerError, Member, PasswordNeeded, Secrets, damaged, no_room
from loaders.containers.names import unwrapped
from loaders.formats.source import blocks

CHILD = Path(__file__).with_name("openpgp_process.py")
TIMEOUT_S = 600
KEY_REMEDY = "name the private key as an [[openpgp_key]] in stationmanager.toml, and its passphrase as a [[password]]"
OLD_KEY_REMEDY = (
    "the key is expired or signed by SHA-1, which is refused: "
    "give it signatures of today (gpg --quick-set-expire KEY 0 SUBKEY) and export it again"
)


def members(member: Member, _: Kind, secrets: Secrets, budget: Budget) -> Iterator[Member]:
    """The one file in a message."""
    try:
        with budget.spool.scratch() as message, budget.spool.scratch() as output:
            message.writelines(blocks(member.source))
            message.flush()
            _open(message, output, member.name, secrets, budget)
            source = budget.gather(iter(partial(output.read, CHUNK), b""), member.name)
    except OSError as error:
        raise no_room(member.name, error.strerror) from error
    yield Member(unwrapped(member.name), source)


def _open(message: BinaryIO, output: BinaryIO, name: str, secrets: Secrets, budget: Budget) -> None:
    """Write what is in the message to the output; raises ContainerError."""
    answer = _ask(message, output, name, secrets, budget)
    failed = answer.get("failed")
    if failed == "too large":
        raise budget.too_large(name)
    if failed == "no room":
        raise no_room(name, answer["why"])
    if failed == "no key":
        raise PasswordNeeded(_what_fails(secrets, answer), name, _remedy(answer))
    if failed:
        raise damaged(name, Kind.OPENPGP, answer["why"])


def _ask(message: BinaryIO, output: BinaryIO, name: str, secrets: Secrets, budget: Budget) -> dict[str, str]:
    """Let the process work; secrets go through its standard input, which no one else can read."""
    files = (message.fileno(), output.fileno())
    asked = {
        "keys": [base64.b64encode(key).decode() for key in secrets.keys],
        "passwords": secrets.passwords,
        "limit": budget.bytes_left,
    }
    command = [sys.executable, "-I", str(CHILD), *(f"/dev/fd/{file}" for file in files)]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            pass_fds=files,
        )
    except subprocess.TimeoutExpired as error:
        what = f"decrypting took longer than {TIMEOUT_S} s"
        raise ContainerError(what, name, "decrypt it by hand and load what was in it") from error
    if done.returncode < 0:  # killed by a limit
        return {"failed": "too large"}
    if done.returncode:
        return {"failed": "damaged", "why": done.stderr.strip().rpartition("\n")[2]}
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


def _what_fails(secrets: Secrets, answer: dict[str, str]) -> str:
    if not secrets.keys and not secrets.passwords:
        return "encrypted, and no private key is known"
    tried = f"none of {len(secrets.keys)} private keys and {len(secrets.passwords)} passwords"
    return f"encrypted, and {tried} opens it ({answer['why']})"


def _remedy(answer: dict[str, str]) -> str:
    return OLD_KEY_REMEDY if "suitable decryption" in answer["why"] else KEY_REMEDY
