"""Where one instance keeps its state: everything lies under its home, so that two instances never meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one instance, and the server that it uses instead of the embedded one, if any."""

    path: Path
    server_url: str | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Home:
        """`STATIONMANAGER_HOME` (default: `.stationmanager/` in the project) and `STATIONMANAGER_DATABASE_URL`."""
        path = environ.get("STATIONMANAGER_HOME") or PROJECT / ".stationmanager"
        return cls(Path(path).expanduser().resolve(), environ.get("STATIONMANAGER_DATABASE_URL") or None)

    @property
    def archive(self) -> Path:
        """Files as they came, by content."""
        return self.path / "archive"

    @property
    def landing(self) -> Path:
        """The drop folder: people and programs add files here, nothing is ever removed."""
        return self.path / "landing"

    @property
    def formats(self) -> Path:
        """The team's descriptions of formats that no module knows."""
        return self.path / "formats"

    @property
    def exports(self) -> Path:
        """Exported files, if no other folder is asked for."""
        return self.path / "exports"

    @property
    def dbt(self) -> Path:
        """Dbt's target, logs and partial parse."""
        return self.path / "dbt"

    @property
    def dagster(self) -> Path:
        """Dagster's home."""
        return self.path / "dagster"

    @property
    def credentials(self) -> Path:
        """Passwords of the database's roles, readable by the owner alone."""
        return self.path / "credentials.json"
