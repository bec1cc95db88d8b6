"""OpenPGP messages: encrypted to one of our keys or by a password, signed, or both, as Ammonit's loggers send them.

The library works in a process of its own: it unpacks without limits, and the operating system sets them for a process.
Signatures are taken off and not judged: no logger's public key is known here.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from loaders.containers.detecting import Kind
from loaders.containers.frame import CHUNK, Budget, ContainerError, Member, PasswordNeeded, Secrets, damaged
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
    with tempfile.TemporaryDirectory(prefix="openpgp-") as folder:
        output = Path(folder) / "output"
        answer = _ask(Path(folder), output, member, secrets, budget)
        failed = answer.get("failed")
        if failed == "too large":
            raise budget.too_large(member.name)
        if failed == "no key":
            raise PasswordNeeded(_what_fails(secrets, answer), member.name, _remedy(answer))
        if failed:
            raise damaged(member.name, Kind.OPENPGP, answer["why"])
        with output.open("rb") as file:
            source = budget.gather(iter(partial(file.read, CHUNK), b""), member.name)
    yield Member(unwrapped(member.name), source)


def _ask(folder: Path, output: Path, member: Member, secrets: Secrets, budget: Budget) -> dict[str, str]:
    """Let the process work; secrets go through its standard input, which no one else can read."""
    source = folder / "input"
    with source.open("wb") as file:
        file.writelines(blocks(member.source))
    asked = {
        "keys": [base64.b64encode(key).decode() for key in secrets.keys],
        "passwords": secrets.passwords,
        "limit": budget.bytes_left,
    }
    command = [sys.executable, "-I", str(CHILD), str(source), str(output)]
    try:
        done = subprocess.run(
            command, input=json.dumps(asked), capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        what = f"decrypting took longer than {TIMEOUT_S} s"
        raise ContainerError(what, member.name, "decrypt it by hand and load what was in it") from error
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
