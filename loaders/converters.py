"""Files that only their maker's program can read: found, and handed to the program that the configuration names.

The program works in a private folder of its own and is trusted with nothing else: what it leaves behind when it fails
is never used, and nothing that it has started outlives the call.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import IO

from database.errors import StationManagerError
from loaders.containers.budget import Budget
from loaders.containers.frame import CHUNK, HOW_TO_OPEN, Limits, Member, PasswordNeeded
from loaders.containers.names import printable
from loaders.containers.spool import Spool
from loaders.converter_section import Converter
from loaders.formats.detect import HEAD_BYTES
from loaders.formats.source import Source, blocks
from loaders.sections import Vault

SHOWN = 600  # characters of what the program said, from its end
LONGEST_NAME = 100
NEEDS = "needs converter"  # how the ledger, `load` and `status` begin to say it
HOW = "in stationmanager.toml (docs/converters.md): the file waits, and loads by itself then (stationmanager build)"


class NeedsConverter(StationManagerError):
    """A maker's own file, and no program that reads it is configured."""


class ConverterFailed(StationManagerError):
    """The program that is configured did not do what it is there for."""


@dataclass(frozen=True, slots=True)
class Binary:
    """A maker's own file: what it is, the pattern of its name, and its first bytes where they are known."""

    what: str
    matches: str
    signature: bytes | None = None


BINARIES = (
    Binary("an encrypted file of an NRG SymphoniePRO, which SymphoniePRO Desktop reads", "*.rld", b"\x02\x04\x00\x00"),
    Binary("an encrypted file of an NRG Symphonie, which Symphonie Data Retriever reads", "*.rwd"),
    Binary("a binary file of a ZX (ZephIR) lidar, which Waltz reads", "*.zph"),
    Binary("a file of Windographer's own, which Windographer reads", "*.windog"),
)


def known_binary(head: bytes, name: str) -> Binary | None:
    """The maker's own file that this is, by its name or its first bytes; None for any other file."""
    lower = _base(name).lower()
    for binary in BINARIES:
        if fnmatchcase(lower, binary.matches) or (binary.signature and head.startswith(binary.signature)):
            return binary
    return None


def find(head: bytes, name: str, converters: Sequence[Converter]) -> Converter | None:
    """The first converter that is for a file that begins so."""
    return next((converter for converter in converters if converter.is_for(head, _base(name))), None)


def convert(
    content: Source,
    name: str,
    converters: Sequence[Converter],
    vault: Vault,
    *,
    password: str | None = None,
    limits: Limits | None = None,
    spool: Spool | None = None,
) -> list[Member]:
    """The files that the maker's program makes of this one; they may be of any format, and wrapped in anything.

    Args:
        content: the file.
        name: its name, which many programs read as well.
        converters: those that are configured; the first that is for the file is called.
        vault: has the converter's password.
        password: the logger's own, from its metadata, which goes before the converter's.
        limits: how much may come out.
        spool: where it is kept.

    Raises NeedsConverter, PasswordNeeded, ConverterFailed or LimitExceeded, and SetupError for a secret in the open.
    """
    head = content.read(0, HEAD_BYTES)
    converter = find(head, name, converters)
    if converter is None:
        raise _needs_converter(known_binary(head, name), name)
    secret = password or vault.password(converter)
    if secret is None and converter.wants_password:
        what = f"the converter '{converter.name}' wants a password, and none is known"
        raise PasswordNeeded(what, name, f"{HOW_TO_OPEN}, or as password_file of the converter")
    try:
        with tempfile.TemporaryDirectory(
            prefix="converter-", dir=converter.work_folder, ignore_cleanup_errors=True
        ) as folder:
            source = Path(folder) / _base(name)
            with source.open("wb") as file:
                file.writelines(blocks(content))
            _run(converter, source, secret, name)
            budget = Budget(limits or Limits(), content.size, spool or Spool())
            return _written(converter, source, name, budget)
    except OSError as error:
        raise _failed(converter, f"can't have its folder: {error.strerror} ({error.filename})", name) from error


def _base(name: str) -> str:
    """The last part of a name, as a file may be called; a name that is too long keeps its end, where the suffix is."""
    base = printable(name).replace("\\", "/").rpartition("/")[2][-LONGEST_NAME:]
    return base if base.strip(".") else "file"


def _run(converter: Converter, source: Path, secret: str | None, name: str) -> None:
    """Call the program and wait for it; raises ConverterFailed unless it ends in time and content with itself."""
    command = converter.call(source, source.parent, secret)
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                command,
                cwd=source.parent,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that all it starts can be ended with it
            )
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise _failed(converter, f"can't be started: {reason}", name) from error
        try:
            code = process.wait(converter.timeout_s)
        except subprocess.TimeoutExpired as error:
            _end(process)
            what = f"did not end within {converter.timeout_s:g} s{_said(said, secret)}"
            raise _failed(converter, what, name) from error
        finally:
            _end(process)
        if code:
            ended = f"ended with exit code {code}" if code > 0 else f"was ended by {signal.Signals(-code).name}"
            raise _failed(converter, f"{ended}{_said(said, secret)}", name)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and all that it has started and left behind."""
    with suppress(ProcessLookupError, PermissionError):  # nothing of it is left
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _said(said: IO[bytes], secret: str | None) -> str:
    """The end of what the program has written to its output, without the password."""
    size = said.seek(0, os.SEEK_END)
    said.seek(max(0, size - 4 * SHOWN))
    text = " ".join(printable(said.read().decode("utf-8", "replace")).replace("\ufffd", " ").split())
    text = text.replace(secret, "***") if secret else text
    return f": {text[-SHOWN:]}" if text else ", and said nothing"


def _written(converter: Converter, source: Path, name: str, budget: Budget) -> list[Member]:
    folder = source.parent
    paths = [path for path in sorted(folder.glob(converter.output)) if path != source and _is_of(folder, path)]
    if not paths:
        others = sorted(path.name for path in folder.iterdir() if path != source)
        beside = f", but {', '.join(others[:5])}" if others else ", nor anything else"
        raise _failed(converter, f"wrote no file like {converter.output}{beside}", name)
    members = []
    for path in paths:
        with path.open("rb") as file:
            made = budget.gather(iter(partial(file.read, CHUNK), b""), name)
        if not made.size:
            raise _failed(converter, f"wrote {path.name}, and nothing into it", name)
        members.append(Member(f"{name}/{printable(path.relative_to(folder).as_posix())}", made))
    return members


def _is_of(folder: Path, path: Path) -> bool:
    """Whether it is a file of the program's own, not a link to somewhere else."""
    return path.is_file() and path.resolve() == folder.resolve() / path.relative_to(folder)


def _needs_converter(binary: Binary | None, name: str) -> NeedsConverter:
    what, matches = (binary.what, binary.matches) if binary else ("a file of no known format", f"*{Path(name).suffix}")
    return NeedsConverter(f"{NEEDS}: {what}", name, f'name a [[converter]] with matches = "{matches}" {HOW}')


def _failed(converter: Converter, what: str, name: str) -> ConverterFailed:
    remedy = (
        "call the program by hand on this file; then mend the [[converter]] in stationmanager.toml, "
        "or say stationmanager load --retry"
    )
    return ConverterFailed(f"the converter '{converter.name}' {what}", name, remedy)
