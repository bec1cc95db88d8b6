"""Receives files: archived as they came and on the ledger, before anybody looks into them.

A file that grew is recognised by content: where a file that was received before is its beginning, only what was
appended is archived and read. So it doesn't matter what the file is called, or whether it was moved or copied.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from database.connection import Connection
from loaders import companions, digests, ledger
from loaders.archive import IN_MEMORY, Archive, blocks
from loaders.containers.names import printable
from loaders.digests import Digests
from loaders.formats.detect import HEAD_BYTES
from loaders.formats.frame import FormatError
from loaders.formats.source import Joined
from loaders.identifying import Formats
from loaders.ledger import LedgerRow
from loaders.pieces import grows


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that came: what it is called, an open copy that nobody writes to, and its digest."""

    name: str
    content: BinaryIO
    sha256: str

    @classmethod
    def of(cls, name: str, content: BinaryIO) -> Arrival:
        """Digest a content."""
        content.seek(0)
        return cls(name, content, hashlib.file_digest(content, "sha256").hexdigest())  # type: ignore[arg-type]  # has all that it needs


def as_it_came(connection: Connection, archive: Archive, row: LedgerRow) -> Joined:
    """A file as it came, out of the segments that it is archived in.

    Raises ArchiveDamaged where one of them is gone or altered.
    """
    return Joined(tuple(archive.open(segment.archived) for segment in ledger.segments(connection, row)))


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where files are received, and what the user says of them."""

    connection: Connection
    archive: Archive
    formats: Formats
    logger: str | None = None
    overrules: bool = False

    @contextmanager
    def open(self, path: Path) -> Iterator[Arrival]:
        """A file of this machine as it is now: another program may append to it meanwhile."""
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size <= IN_MEMORY:
                yield Arrival.of(printable(path), BytesIO(file.read()))
                return
            told = Arrival.of(printable(path), file)
            if self._known([told.sha256]):  # nothing of it is needed any more
                yield told
                return
            file.seek(0)
            with self.archive.scratch(blocks(file)) as copy:
                yield Arrival.of(printable(path), copy)

    def receive(self, arrivals: Sequence[Arrival]) -> list[LedgerRow]:
        """Archive and record files, all or none; one that was received before keeps its row."""
        rows = self._recorded(arrivals)
        for arrival in arrivals:
            arrival.content.seek(0)
            if companions.says_of_others(arrival.content.read(HEAD_BYTES)):
                companions.remember(self.connection, arrival.name, arrival.sha256)
        return rows

    def _recorded(self, arrivals: Sequence[Arrival]) -> list[LedgerRow]:
        sha256s = [arrival.sha256 for arrival in arrivals]
        known = self._known(sha256s)
        says_nothing = not self.overrules and (
            self.logger is None or all(row.state == "loaded" for row in known.values())
        )
        if says_nothing and known.keys() >= set(sha256s):
            return [known[sha256] for sha256 in sha256s]
        with self.connection.transaction():
            # one at a time: what a file continues must be on the ledger, and two must not wait for each other
            self.connection.execute("select pg_advisory_xact_lock(hashtext('raw.file'))")
            # of a file that grew its first state first, so that the others continue it
            for arrival in sorted(arrivals, key=_size):
                self._receive(arrival)
            known = self._known(sha256s)
        return [known[sha256] for sha256 in sha256s]

    def _known(self, sha256s: list[str]) -> dict[str, LedgerRow]:
        return {row.sha256: row for row in ledger.find(self.connection, "sha256 = any(%s)", sha256s)}

    def _receive(self, arrival: Arrival) -> None:
        logger = self.logger
        if not self._known([arrival.sha256]):
            told = digests.read(arrival.content)
            before = self._continued(arrival, told)
            start = before.whole_bytes if before else 0
            segment = digests.of_rest(arrival.content, start) if before else None
            arrival.content.seek(start)
            self.archive.put_from(arrival.content, segment or told.sha256)
            ledger.insert(
                self.connection,
                told.sha256,
                arrival.name,
                told.size,
                told.prefix,
                after=before,
                segment_sha256=segment,
            )
            if before and not logger:
                logger = before.claimed_logger
        ledger.claim(self.connection, arrival.sha256, logger, overrules=self.overrules)

    def _continued(self, arrival: Arrival, told: Digests) -> LedgerRow | None:
        """The longest file on the ledger that is the beginning of this one, if such files are appended to."""
        arrival.content.seek(0)
        try:
            found = self.formats.find(arrival.content.read(HEAD_BYTES), arrival.name)
        except FormatError:
            return None
        if found is None or not grows(found):
            return None
        rows = ledger.find(
            self.connection,
            "prefix_sha256 = any(%s) and begins_at_byte + size_bytes < %s",
            list(told.prefixes),
            told.size,
        )
        beginnings = digests.of_beginnings(arrival.content, [row.whole_bytes for row in rows])
        same = [row for row in rows if beginnings[row.whole_bytes] == row.sha256]
        return max(same, key=lambda row: row.whole_bytes, default=None)


def _size(arrival: Arrival) -> int:
    return arrival.content.seek(0, os.SEEK_END)
