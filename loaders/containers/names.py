"""Names of members: nothing is ever written to them, but the ledger shows them, and later someone may extract them."""

from __future__ import annotations

import re
from pathlib import Path

from loaders.containers.frame import ContainerError

LONGEST = 1024
WRAPPINGS = (".gz", ".gzip", ".xz", ".bz2", ".zst", ".zstd", ".lzma", ".7z", ".gpg", ".pgp", ".asc")
TAR_WRAPPINGS = {".tgz": ".tar", ".txz": ".tar", ".tbz2": ".tar", ".tbz": ".tar", ".tzst": ".tar"}
DRIVE = re.compile(r"[A-Za-z]:")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def within(container: str, name: str) -> str:
    """The path of a member through its container.

    Raises ContainerError where the name is made to lead out of a folder, or hides what it is.
    """
    shown = printable(name)
    path = shown.replace("\\", "/")  # archives made on Windows
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or DRIVE.match(path):
        trick = "an absolute path"
    elif ".." in parts:
        trick = "a path that leads upwards"
    elif CONTROL.search(name):
        trick = "a name with control characters"
    elif not parts or len(path) > LONGEST:
        trick = "no name" if not parts else f"a name of {len(path):,} characters"
    else:
        return "/".join([container, *parts])
    raise ContainerError(f"{trick} in the archive: '{shown[:LONGEST]}'", container, "pack the file anew, by plain name")


def printable(name: str | Path) -> str:
    """A name that can be stored and shown: undecodable bytes and control characters become U+FFFD."""
    return CONTROL.sub("\ufffd", str(name).encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def unwrapped(name: str) -> str:
    """The name of what a stream holds: less the suffix of the wrapping, where it has one."""
    lower = name.lower()
    for suffix, inner in TAR_WRAPPINGS.items():
        if lower.endswith(suffix):
            return name[: -len(suffix)] + inner
    suffix = next((suffix for suffix in WRAPPINGS if lower.endswith(suffix)), "")
    stem = name[: len(name) - len(suffix)]
    return name if not stem or stem.endswith("/") else stem
