"""The frame that every container fills: what was found in it, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass

from database.errors import StationManagerError
from loaders.formats.source import Source

CHUNK = 1 << 20  # bytes that are unpacked between two looks at the limits
HOW_TO_OPEN = (
    "give it as a [[password]] in stationmanager.toml, or as encryption_pin_or_key of the logger in its metadata"
)


class ContainerError(StationManagerError):
    """A container, or a member of one, can't be read."""


class PasswordNeeded(ContainerError):
    """It is encrypted, and no password or key that we have opens it."""


class NoRoom(ContainerError):
    """It may be whole, but what comes out of it can't be written here."""


class LimitExceeded(ContainerError):
    """More comes out of it than any logger's file holds: nothing of it is used."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file that is no container. Its name is the path through all containers, beginning with the outermost file."""

    name: str
    source: Source

    @property
    def content(self) -> bytes:
        """All of it, for those that can't do with less."""
        return self.source.read(0, self.source.size)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A member, or a whole container, that can't be read, and why; what lies beside it is not touched by this."""

    name: str
    error: ContainerError


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may unfold to; all that is unpacked on the way counts.

    Attributes:
        total_bytes: at most so many bytes come out.
        ratio: at most so many times the file's own size; deflate can't do more than 1,032.
        any_ratio_bytes: up to here no ratio is asked for, since a file of missing tokens packs better than any bomb.
        members: at most so many files; 3,000 daily files of ten loggers stay below.
        depth: at most so many containers one in another.
    """

    total_bytes: int = 2 << 30
    ratio: int = 1000
    any_ratio_bytes: int = 64 << 20
    members: int = 100_000
    depth: int = 8


@dataclass(frozen=True, slots=True)
class Secrets:
    """Passwords (of archives, and of the keys), and OpenPGP private keys as exported."""

    passwords: tuple[str, ...] = ()
    keys: tuple[bytes, ...] = ()


def no_room(name: str, why: str | None) -> NoRoom:
    """The error for a full disk."""
    return NoRoom(f"what is in it can't be unpacked: {why}", name, "make room on the disk, then load --retry")


def damaged(name: str, kind: str, why: object) -> ContainerError:
    """The error for what breaks off or contradicts itself."""
    reason = " ".join(str(why).split()) or type(why).__name__
    return ContainerError(f"a damaged {kind} file: {reason}", name, "have the file sent again")
