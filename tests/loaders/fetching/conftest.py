"""What tests of fetching share: an instance whose configuration they write, and an authority for certificates."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from database.connection import connect
from database.home import Home
from loaders.archive import SCRATCH
from loaders.configuration import read
from loaders.fetching.fetching import fetch
from loaders.fetching.remembered import SourceResult
from loaders.sections import Vault
from loaders.unwrapping import Settings

PASSWORD = "open sesame"  # noqa: S105  # of servers that live as long as a test


class Instance:
    """An instance that is fetched into, and what stands on its records."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.configuration = home.path / "stationmanager.toml"

    @property
    def settings(self) -> Settings:
        return Settings(read(self.configuration), Vault(self.home.path, {"PASSWORD": PASSWORD}))

    def configure(self, *sections: str) -> None:
        self.configuration.write_text("\n".join(f"[[source]]\n{section}" for section in sections))

    def fetch(self, *names: str, dry_run: bool = False) -> dict[str, SourceResult]:
        return {result.name: result for result in fetch(self.home, self.settings, names, dry_run=dry_run)}

    def fetch_one(self, name: str) -> SourceResult:
        return self.fetch(name)[name]

    def ledger(self) -> dict[str, int]:
        """Paths and sizes of all that was received."""
        return dict(self.rows("select path, size_bytes from raw.file"))

    def rows(self, query: str) -> list[tuple]:  # type: ignore[type-arg]  # rows differ
        with connect(self.home, "loader") as connection:
            return connection.execute(query.encode()).fetchall()

    def archived(self) -> dict[str, bytes]:
        """All contents by digest, without drafts that a killed process left."""
        files = [path for path in self.home.archive.rglob("*") if path.is_file()]
        return {path.name: path.read_bytes() for path in files if not path.name.startswith(SCRATCH)}


LARGE_BYTES = 80 << 20
FEW_BYTES = 48 << 20  # what is small is held, and copied once when it turns out to be large


def enlarge(path: Path, size: int = LARGE_BYTES) -> None:
    """Make a file as large, of zeros, and nobody has written to it for long."""
    os.truncate(path, size)
    os.utime(path, (1e9 + size, 1e9 + size))


def most_memory_of(work: Callable[[], object]) -> int:
    """The most bytes that Python held at a time meanwhile, in all threads."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture
def fetching(home: Home) -> Instance:
    return Instance(home)


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """The folder that a server serves."""
    folder = tmp_path / "remote"
    folder.mkdir()
    return folder


@pytest.fixture
def put(remote: Path) -> Callable[..., Path]:
    """Puts a file where the server has it, as one that nobody writes to any more."""

    def put_file(name: str | bytes, content: bytes, *, age_s: float = 3600) -> Path:
        path = Path(os.fsdecode(os.path.join(os.fsencode(remote), os.fsencode(name))))  # noqa: PTH118  # bytes
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        then = path.stat().st_mtime - age_s
        os.utime(path, (then, then))
        return path

    return put_file


def state_of(folder: Path) -> dict[bytes, tuple[int, int, int, bytes]]:
    """All that is at a source: names, rights, times of change and contents, folders too."""
    state = {}
    for root, folders, files in os.walk(os.fsencode(folder)):
        for name in [*folders, *files]:
            path = os.path.join(root, name)  # noqa: PTH118  # bytes
            told = os.lstat(path)
            content = b"" if name in folders else Path(os.fsdecode(path)).read_bytes()
            state[path] = (told.st_mode, told.st_mtime_ns, told.st_ino, content)
    return state


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Signs the servers' certificates."""
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The authority's own certificate, as a configuration names it."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path
