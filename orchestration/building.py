"""The build: metadata, then the files that they newly claim, then everything else. Nothing changed, nothing done."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from database.connection import Connection, connect
from database.home import PROJECT, Home
from loaders.loading import load_waiting
from loaders.results import LoadResult
from loaders.unwrapping import Settings
from loaders.working import OnFile
from orchestration.dbt import Report, dbt_lock, run_dbt, snapshot_now

log = logging.getLogger(__name__)

# What dbt makes follows from these, the metadata, the flags and the readings' channels; and from nothing else
PROJECT_FILES = ("dbt_project.yml", "models/**/*", "macros/**/*", "seeds/**/*", "tests/dbt/**/*")
STAGING = "path:models/staging"
METADATA = "+tag:metadata"  # what a loader asks, and all that it is made from
NO_TESTS = ("--exclude-resource-type", "unit_test", "test")
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")  # they judge the project, not the data
# all models, of tests only those that ask what metadata say; the others hold models to their form, as far as anything
# has come to be held to it, and run with the first file
NO_READINGS = ("--indirect-selection", "empty", "--select", "resource_type:model", "resource_type:seed", "tag:metadata")
# The tables between what people state and the readings, each after those that it is made from
FLAG_TABLES = ("hand_made_periods", "flagged_periods", "channel_periods")
METADATA_TABLES = (
    "logger_columns",
    "chosen_calibrations",
    "norths",
    "channel_settings",
    "channel_numbers",
    "calibration_periods",
    "turbulence_parts",
    *FLAG_TABLES,
)


@dataclass(frozen=True, slots=True)
class BuildResult:
    """Whether there was anything to do, and the waiting files that were read on the way."""

    is_built: bool
    loaded: LoadResult


def build(
    home: Home,
    *,
    report: Report = lambda _: None,
    on_line: Report | None = None,
    on_file: OnFile | None = None,
    full: bool = False,
    settings: Settings | None = None,
) -> BuildResult:
    """Bring everything that dbt makes up to date.

    Raises BuildFailed where a model can't be built or a data test fails; what analysts read stays as it was then.
    """
    with dbt_lock(home, report), connect(home, "transformer") as connection:
        digest = project_digest(PROJECT)
        built_of, seen = _last_build(connection)
        has_files = _has_files(connection)
        if built_of != digest and has_files:
            # the metadata's models are views: of the same project they know what is imported without dbt
            report("Building the metadata")
            run_dbt(home, ["build", "--select", METADATA, *NO_UNIT_TESTS], on_line=on_line)
        loaded = load_waiting(home, on_file=on_file, settings=settings) if has_files else LoadResult([])
        changes = changes_now(connection)
        if not full and (built_of, seen) == (digest, changes):
            return BuildResult(is_built=False, loaded=loaded)
        report("Building the models")
        what = () if has_files else NO_READINGS
        run_dbt(home, ["build", *what, *NO_UNIT_TESTS], on_line=on_line, snapshot=snapshot_now(connection))
        record_build(connection, digest, changes)
    return BuildResult(is_built=True, loaded=loaded)


def apply_flags(home: Home, *, report: Report = lambda _: None) -> None:
    """Put flags into effect, which takes a second at most; what rules judge by them follows at the next build.

    It does not wait for a build that runs, unless the project is another than the last build's: then dbt is needed.
    """
    if _refresh(home, FLAG_TABLES):
        return
    with dbt_lock(home, report):
        if not _refresh(home, FLAG_TABLES):  # the build that was waited for may have been of this project
            report("Applying flags")
            # all of them: of another version of the project the flags' tables may ask for what the others have not yet
            run_dbt(home, ["build", "--select", STAGING, METADATA, *METADATA_TABLES, *NO_TESTS])


def apply_metadata(home: Home) -> None:
    """Put certificates and all else that metadata say of readings into effect at once, if the project has been built.

    The build that must follow is long where rules have years to judge anew.
    """
    _refresh(home, METADATA_TABLES)


def _refresh(home: Home, tables: Sequence[str]) -> bool:
    """Make tables anew by what dbt left in the database; False where that can't be, and nothing has changed then."""
    with connect(home, "transformer") as connection:
        built_of, seen = _last_build(connection)
        if built_of != project_digest(PROJECT):
            return False
        if seen == changes_now(connection):
            return True
        try:
            with connection.transaction():
                for table in tables:
                    connection.execute("select ops.refresh('cleaned', %s)", [table])
        except psycopg.DatabaseError as error:
            # dbt meets the same, and says in which model
            log.warning("tables were not made anew: %s", error)
            return False
        return True


def project_digest(project: Path) -> str:
    """A digest of all files that dbt's models are made from."""
    digest = hashlib.sha256()
    for path in _files(project):
        digest.update(str(path.relative_to(project)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(project: Path) -> Iterable[Path]:
    return sorted(path for pattern in PROJECT_FILES for path in project.glob(pattern) if path.is_file())


def changes_now(connection: Connection) -> int:
    """How many changes of readings, flags, metadata and parameters there are; what rules judge is the build's own.

    They are counted, since the newest one's number tells nothing: a lower number may be committed later.
    """
    row = connection.execute("select count(*) from ops.changed_span where cause <> 'judged'").fetchone()
    assert row is not None
    return int(row[0])


def record_build(connection: Connection, digest: str, changes: int) -> None:
    """Record that everything is built: of which project, and how many changes it has seen."""
    connection.execute("insert into ops.build (project_digest, changes) values (%s, %s)", [digest, changes])


def _has_files(connection: Connection) -> bool:
    """Whether any file has come, which new metadata or models may claim."""
    return connection.execute("select exists (select from raw.file)").fetchone() == (True,)


def _last_build(connection: Connection) -> tuple[str | None, int]:
    row = connection.execute("select project_digest, changes from ops.build order by build_id desc limit 1").fetchone()
    return (row[0], row[1]) if row else (None, -1)
