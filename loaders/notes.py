"""What was found out about files while they were opened, to be put on the ledger together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from database.connection import Connection
from loaders import ledger
from loaders.faults import DEFECTS, REFUSED, failure
from loaders.ledger import LedgerRow

Write = Callable[[Connection], None]


@dataclass(slots=True)
class Notes:
    """Notes that are not on the ledger yet, each of one file, in their order."""

    waiting: list[tuple[LedgerRow, Write]] = field(default_factory=list)

    def add(self, row: LedgerRow, write: Write) -> None:
        """Keep a note of a file."""
        self.waiting.append((row, write))

    def write(self, connection: Connection) -> None:
        """Write all at once, since each commit costs as much as a file.

        Where the database refuses one, its file fails and the others' notes are written. Nothing waits afterwards,
        also where the connection breaks: files of which the ledger knows nothing are opened again.
        """
        notes, self.waiting = self.waiting, []
        try:
            _write(connection, notes)
        except (*REFUSED, *DEFECTS):
            of_file: dict[int, list[tuple[LedgerRow, Write]]] = {}
            for row, write in notes:
                of_file.setdefault(row.file_id, []).append((row, write))
            for own in of_file.values():
                _write_or_fail(connection, own)


def _write(connection: Connection, notes: list[tuple[LedgerRow, Write]]) -> None:
    with connection.transaction():
        for _, write in notes:
            write(connection)


def _write_or_fail(connection: Connection, notes: list[tuple[LedgerRow, Write]]) -> None:
    try:
        _write(connection, notes)
    except (*REFUSED, *DEFECTS) as error:
        row = notes[0][0]
        ledger.settle(connection, row.file_id, "failed", **failure(row, error))
