"""What was fetched goes the way of every file: into the archive, then on the ledger, and only then is it remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from database.connection import Connection
from loaders import ledger, receiving
from loaders.archive import Archive, ArchiveDamaged
from loaders.formats.source import Source
from loaders.identifying import Formats
from loaders.receiving import Arrival, as_it_came


@dataclass(frozen=True, slots=True)
class Receiver:
    """Takes the files of one source; `logger` is the serial that they belong to, where the source says so."""

    connection: Connection
    archive: Archive
    formats: Formats
    logger: str | None = None

    def receive(self, path: str, content: BinaryIO) -> str:
        """Archive a file and record it as landed; its digest. One that was received before costs nothing."""
        receiver = receiving.Receiver(self.connection, self.archive, self.formats, logger=self.logger)
        return receiver.receive([Arrival.of(path, content)])[0].sha256

    def held(self, sha256: str) -> Source | None:
        """A file as it came; none where the archive has it no more, which its next transfer mends."""
        rows = ledger.find(self.connection, "sha256 = %s", sha256)
        try:
            return as_it_came(self.connection, self.archive, rows[0])
        except (ArchiveDamaged, IndexError):
            return None
