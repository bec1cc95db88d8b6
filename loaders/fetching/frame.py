"""The frame that every kind of source fills: what it lists, how a file is read, and what can go wrong."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from database.errors import StationManagerError

LARGEST_BYTES = 2 << 30  # no logger's file is larger; a container may unfold to as much
CHUNK = 1 << 20


class SourceFailed(StationManagerError):
    """The source doesn't let itself be listed, or breaks off: none of its other files can be had by this connection."""


class FileFailed(StationManagerError):
    """This file can't be had; the others of its source may be."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as its source lists it.

    Attributes:
        path: within the source, with / between its parts: printable, and no other file's.
        handle: by what the source's own module finds it again.
        size: bytes, where the source tells.
        modified: when it was last changed, where the source tells.
        version: what else tells one state of it from another.
    """

    path: str
    handle: Any
    size: int | None = None
    modified: datetime | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """A file as it comes, in chunks that can be gone through once, by the path that the ledger shows."""

    path: str
    chunks: Iterable[bytes]


class Session(ABC):
    """An open connection to a source. What can't be listed is kept in `problems`, and the rest is listed."""

    def __init__(self) -> None:
        self.problems: list[StationManagerError] = []

    @abstractmethod
    def entries(self) -> Iterator[Entry]:
        """All files that the source has now.

        Raises SourceFailed where it can't be listed.
        """

    @abstractmethod
    def read(self, entry: Entry, offset: int = 0) -> Iterator[bytes]:
        """A file's content from an offset on, in chunks.

        Raises FileFailed, or SourceFailed where the connection is lost, while they are gone through.
        """

    def contents(self, entry: Entry) -> list[Content]:
        """The files that an entry holds: itself, if it isn't a mail."""
        return [Content(entry.path, self.read(entry))]

    def close(self) -> None:  # noqa: B027  # not every kind holds a connection
        """End the connection; what goes wrong then doesn't matter any more."""


def bounded(chunks: Iterable[bytes], entry: Entry) -> Iterator[bytes]:
    """The same chunks; raises FileFailed where more come than any logger's file holds."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > LARGEST_BYTES:
            raise too_large(entry)
        yield chunk


def too_large(entry: Entry) -> FileFailed:
    """The error for a file that no logger writes."""
    return FileFailed(
        f"larger than {LARGEST_BYTES:,} bytes, which no logger's file is", entry.path, "exclude it in the source"
    )


def whole(entry: Entry, received: int) -> None:
    """Raise FileFailed where less came than was listed; more came where the file has grown since."""
    if entry.size is not None and received < entry.size:
        raise FileFailed(
            f"{received:,} bytes came, {entry.size:,} expected: the transfer broke off, or the file was cut meanwhile",
            entry.path,
            "it is fetched again by itself",
        )


def shown(raw: bytes) -> str:
    r"""A name as it is stored and shown: what is no UTF-8, or can't be printed, as \x and digits, a backslash twice."""
    text = raw.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)


def is_plain(name: bytes) -> bool:
    """Whether a name that a server gives is one of a file in that folder, and leads nowhere else."""
    return name not in {b"", b".", b".."} and b"/" not in name and b"\0" not in name


def not_plain(name: bytes) -> FileFailed:
    """The error for a name that is made to lead out of its folder."""
    return FileFailed("a name that is a path, which no folder's file has", shown(name), "mistrust the server")


def moment(seconds: float | None) -> datetime | None:
    """A time as seconds since 1970; none where no calendar has it."""
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
