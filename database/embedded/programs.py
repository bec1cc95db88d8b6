"""PostgreSQL's programs with TimescaleDB: those that are installed, else Debian's packages in a private prefix."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from database.embedded import debian
from database.errors import SetupError

# Older ones lack what the migrations say (nulls not distinct)
OLDEST_MAJOR_VERSION = 15

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder of PostgreSQL programs that can load TimescaleDB."""

    folder: Path
    major_version: int

    def __truediv__(self, name: str) -> Path:
        return self.folder / name


def find_programs(report: Report) -> Programs:
    """The programs of an installed PostgreSQL with TimescaleDB, the newest first; else the private prefix."""
    installed = [found for folder in _candidate_folders() if (found := _with_timescaledb(folder))]
    if installed:
        return max(installed, key=lambda programs: programs.major_version)
    return _required(debian.private_prefix(report))


def _candidate_folders() -> list[Path]:
    folders = [Path(folder) for folder in os.get_exec_path() if folder]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    folders += sorted(Path("/usr").glob("pgsql-*/bin"))
    return [folder for folder in folders if (folder / "pg_config").exists() and (folder / "postgres").exists()]


def _with_timescaledb(folder: Path) -> Programs | None:
    """The programs of a folder, if they are new enough and their share directory holds TimescaleDB's control file."""
    try:
        answer = subprocess.run(
            [folder / "pg_config", "--sharedir", "--version", "--bindir"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    share, version, programs = answer.stdout.splitlines()
    major_version = int(version.split()[1].split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz"))
    extension = Path(share) / "extension" / "timescaledb.control"
    complete = extension.exists() and all((Path(programs) / name).exists() for name in ("initdb", "pg_ctl", "psql"))
    return Programs(Path(programs), major_version) if complete and major_version >= OLDEST_MAJOR_VERSION else None


def _required(prefix: Path) -> Programs:
    folder = next(prefix.glob("usr/lib/postgresql/*/bin"))
    if shutil.which("postgres", path=str(folder)) is None:
        raise SetupError("the private PostgreSQL is not complete", str(prefix), f"rm -r '{prefix}', then again")
    return Programs(folder, int(folder.parent.name))
