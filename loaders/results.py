"""What became of the files of a load, in the words that `load --json` answers with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from loaders.copying import Counts
from loaders.ledger import LedgerRow


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file of a load: counts of readings, and the ledger's words where it failed."""

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
    error: dict[str, str] | None


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
    there = row.readings_new + row.readings_same + row.readings_changed
    return result_of(row, Counts(same=there, kept=row.readings_kept))


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


def unreadable(path: Path, error: OSError) -> FileResult:
    """A file that the system does not let us read."""
    told = {
        "what": f"the file can't be read: {error.strerror}",
        "where": str(path),
        "remedy": "check the path and its rights",
    }
    return FileResult(str(path), "", None, None, "failed", 0, 0, 0, 0, 0, None, None, told)
