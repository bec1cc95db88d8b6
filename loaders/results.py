"""What became of the files of a load, in the words that `load --json` answers with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from loaders.containers.names import printable
from loaders.ledger import LedgerRow
from loaders.readings import Counts


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file of a load: counts of readings, and the ledger's words where not all could be read."""

    path: str
    sha256: str
    format: str | None
    logger: str | None
    state: str
    new: int
    same: int
    changed: int
    kept: int
    rejected: int
    first: datetime | None
    last: datetime | None
    error: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of each file of a load, in the order in which they were taken."""

    files: list[FileResult]

    @property
    def is_complete(self) -> bool:
        """Whether every file is loaded, or waits only for metadata."""
        return all(file.state in {"loaded", "unclaimed"} for file in self.files)


def as_before(row: LedgerRow) -> FileResult:
    """A file that is loaded already: all that it brought is there, so it counts as the same."""
    return result_of(row, row.as_same)


def result_of(row: LedgerRow, counts: Counts) -> FileResult:
    """What the ledger says of a file now, and what its readings did in this load."""
    return FileResult(
        path=row.path,
        sha256=row.sha256,
        format=row.format,
        logger=row.logger,
        state=row.state,
        new=counts.new,
        same=counts.same,
        changed=counts.changed,
        kept=counts.kept,
        rejected=row.readings_rejected,
        first=row.first_timestamp,
        last=row.last_timestamp,
        error=row.error,
    )


def failed(path: str, what: str, remedy: str) -> FileResult:
    """A file of which there is nothing on the ledger, or nothing that says what is wrong now."""
    error = {"what": what, "where": path, "remedy": remedy}
    return FileResult(path, "", None, None, "failed", 0, 0, 0, 0, 0, None, None, error)


def unreadable(path: Path, error: OSError) -> FileResult:
    """A file that the system does not let us read."""
    return failed(printable(path), f"the file can't be read: {error.strerror}", "check the path and its rights")
