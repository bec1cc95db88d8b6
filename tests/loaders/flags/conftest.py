"""Masts that flags are set on, as far as flags need what dbt makes of their metadata."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from database.connection import Connection, connect
from database.home import Home
from tests.loaders.flags.setting import set_clock, take
from tests.loaders.metadata_documents import document, mast

REASONS = ("icing", "installation", "other", "tower shadow", "unknown")


@pytest.fixture
def transformer(home: Home) -> Iterator[Connection]:
    """A connection as dbt, to stand in for what it builds."""
    with connect(home, "transformer") as connection:
        yield connection


@pytest.fixture
def reference(transformer: Connection) -> None:
    """The seed of reasons, as far as flags need it."""
    transformer.execute("create table reference.reasons (reason text, other_names text)")
    for reason in REASONS:
        other_names = "tower shading|mast shadow" if reason == "tower shadow" else None
        transformer.execute("insert into reference.reasons values (%s, %s)", [reason, other_names])


@pytest.fixture
def clocks(transformer: Connection) -> Connection:
    """An empty stand-in for the view metadata.loggers; returns the connection that fills it."""
    transformer.execute("create table metadata.loggers (station text, date_from timestamp, date_to timestamp)")
    transformer.execute("alter table metadata.loggers add column utc_offset interval")
    return transformer


@pytest.fixture
def hill_mast(loader: Connection, tmp_path: Path) -> None:
    """The small mast's metadata."""
    take(loader, tmp_path / "mast.json", document())


@pytest.fixture
def built_mast(hill_mast: None, reference: None, clocks: Connection) -> Connection:
    """The small mast with all that dbt makes of its metadata: its clock is an hour ahead of UTC."""
    set_clock(clocks, timedelta(hours=1))
    return clocks


@pytest.fixture
def two_masts(built_mast: Connection, loader: Connection, tmp_path: Path) -> None:
    """A second one beside it, two hours ahead."""
    content = document()
    mast(content)["name"] = "Old Mast"
    take(loader, tmp_path / "old.json", content)
    set_clock(built_mast, timedelta(hours=2), station="old_mast")
