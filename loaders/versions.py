"""Which code read a file: the release, and a digest of the code itself, so that a mended parser is another one."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

DIGITS = 8


@cache
def loader_version() -> str:
    """The version on the ledger, like 0.1.0+1f3e5a7b."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for path in sorted(folder.rglob("*.py")) + sorted(folder.rglob("*.sql")):
        digest.update(path.read_bytes())
    return f"{version('stationmanager')}+{digest.hexdigest()[:DIGITS]}"
