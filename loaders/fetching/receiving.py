"""What was fetched goes the way of every file: into the archive, then on the ledger, and only then is it remembered."""

from __future__ import annotations

from dataclasses import dataclass

from database.connection import Connection
from loaders import ledger
from loaders.archive import Archive, ArchiveDamaged


@dataclass(frozen=True, slots=True)
class Receiver:
    """Takes the files of one source; `logger` is the serial that they belong to, where the source says so."""

    connection: Connection
    archive: Archive
    logger: str | None = None

    def receive(self, path: str, content: bytes) -> str:
        """Archive a file and record it as landed; its digest. One that was received before costs nothing."""
        sha256 = self.archive.put(content)
        ledger.receive(self.connection, sha256, path, len(content), self.logger)
        return sha256

    def held(self, sha256: str) -> bytes | None:
        """A file as it came; none where the archive has it no more, which its next transfer mends."""
        try:
            return self.archive.get(sha256)
        except ArchiveDamaged:
            return None
