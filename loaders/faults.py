"""What may be wrong with one file, whoever notices it, and how the ledger says so: no other file suffers from it."""

from __future__ import annotations

import csv
import struct
from typing import Any

import psycopg
import pyarrow as pa

from database.errors import StationManagerError
from loaders.formats.frame import FormatError
from loaders.ledger import LedgerRow
from loaders.versions import loader_version

# What a parser must not raise, and does where it has a defect
DEFECTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
    csv.Error,
    pa.ArrowException,
    struct.error,
)
# Values that PostgreSQL doesn't take; its limits, such as that of an index, come as errors of operation
REFUSED = (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded)
OF_ONE_FILE = (FormatError, StationManagerError, *DEFECTS, *REFUSED)


def failure(row: LedgerRow, error: BaseException) -> dict[str, Any]:
    """What the ledger says of a file that can't be read; also where the reader itself is at fault."""
    if isinstance(error, StationManagerError):
        described: dict[str, Any] = error.as_dict()  # some say also what the file waits for
    elif isinstance(error, FormatError):
        described = told(error)
    elif isinstance(error, psycopg.Error):
        described = _reported(row, f"the database can't hold what the file says: {str(error).partition(chr(10))[0]}")
    else:
        described = _reported(row, f"the reader has a defect: {type(error).__name__}: {error}")
    return {"error": described, "loader_version": loader_version()}


def told(error: FormatError | StationManagerError) -> dict[str, object]:
    """An error as the ledger keeps it."""
    return {"what": error.what, "where": error.where, "remedy": error.remedy}


def _reported(row: LedgerRow, what: str) -> dict[str, str]:
    remedy = "open an issue with the file; it is kept, and read again by the next version"
    return {"what": what, "where": row.path, "remedy": remedy}
