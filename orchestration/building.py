"""The build: metadata, then the files that they newly claim, then everything else. Nothing changed, nothing done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from database.connection import Connection, connect
from database.home import PROJECT, Home
from loaders.loading import load_waiting
from loaders.results import LoadResult
from loaders.unwrapping import Settings
from loaders.working import OnFile
from orchestration.dbt import Report, dbt_lock, run_dbt

# What dbt makes follows from these, the metadata, the flags and the readings' channels; and from nothing else
PROJECT_FILES = ("dbt_project.yml", "models/**/*", "macros/**/*", "seeds/**/*", "tests/dbt/**/*")
METADATA = "+tag:metadata"  # what a loader asks, and all that it is made from
# not those that look at other models, too, which may not be there yet
ITS_OWN_TESTS = ("--indirect-selection", "buildable")
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")  # they judge the project, not the data
FLAG_MODELS = ("hand_made_periods", "flagged_periods+")


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
        if built_of != digest:
            # the metadata's models are views: of the same project they know what is imported without dbt
            report("Building the metadata")
            run_dbt(home, ["build", "--select", METADATA, *ITS_OWN_TESTS, *NO_UNIT_TESTS], on_line=on_line)
        loaded = load_waiting(home, on_file=on_file, settings=settings)
        changes = changes_now(connection)
        if not full and (built_of, seen) == (digest, changes):
            return BuildResult(is_built=False, loaded=loaded)
        report("Building the models")
        run_dbt(home, ["build", *NO_UNIT_TESTS], on_line=on_line)
        record_build(connection, digest, changes)
    return BuildResult(is_built=True, loaded=loaded)


def apply_flags(home: Home, *, report: Report = lambda _: None) -> None:
    """Bring the models that flags bear on up to date, which takes seconds, so that a flag is in effect at once."""
    with dbt_lock(home, report), connect(home, "transformer") as connection:
        digest = project_digest(PROJECT)
        built_of, seen = _last_build(connection)
        changes = changes_now(connection)
        if (built_of, seen) == (digest, changes):
            return
        report("Applying flags")
        run_dbt(home, ["run", "--select", *FLAG_MODELS])
        only_flags = changes.all - changes.by_flags == seen.all - seen.by_flags
        if built_of == digest and only_flags:
            record_build(connection, digest, changes)


def project_digest(project: Path) -> str:
    """A digest of all files that dbt's models are made from."""
    digest = hashlib.sha256()
    for path in _files(project):
        digest.update(str(path.relative_to(project)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(project: Path) -> Iterable[Path]:
    return sorted(path for pattern in PROJECT_FILES for path in project.glob(pattern) if path.is_file())


@dataclass(frozen=True, slots=True)
class Changes:
    """How many changes there are, and how many of them are by flags.

    They are counted, since the newest one's number tells nothing: a lower number may be committed later.
    """

    all: int
    by_flags: int


def changes_now(connection: Connection) -> Changes:
    """The changes of readings, flags, metadata and parameters so far; what rules judge is made by the build itself."""
    row = connection.execute(
        "select count(*), count(*) filter (where cause = 'flag') from ops.changed_span where cause <> 'judged'"
    ).fetchone()
    assert row is not None
    return Changes(*row)


def record_build(connection: Connection, digest: str, changes: Changes) -> None:
    """Record that everything is built: of which project, and which changes it has seen."""
    connection.execute(
        "insert into ops.build (project_digest, changes, changes_by_flags) values (%s, %s, %s)",
        [digest, changes.all, changes.by_flags],
    )


def _last_build(connection: Connection) -> tuple[str | None, Changes]:
    row = connection.execute(
        "select project_digest, changes, changes_by_flags from ops.build order by build_id desc limit 1"
    ).fetchone()
    return (row[0], Changes(*row[1:])) if row else (None, Changes(-1, -1))
