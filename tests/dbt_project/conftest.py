"""dbt's manifest, and databases on which its models are built."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from database.connection import Connection, connect
from database.home import Home
from orchestration.dbt import prepare_manifest, run_dbt
from tests.dbt_project.documents import LOGGER

Build = Callable[..., None]


@pytest.fixture(scope="session")
def manifest(server: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What dbt knows of the project: its models, their descriptions, tests and edges."""
    home = Home(tmp_path_factory.mktemp("manifest"))
    home.credentials.write_text(server.credentials.read_text())
    content: dict[str, Any] = json.loads(Path(prepare_manifest(home)).read_text())
    return content


@pytest.fixture
def build(instance: Home) -> Build:
    """Builds models of the instance; arguments go to dbt."""

    def run(*arguments: str) -> None:
        run_dbt(instance, ["build", *arguments, "--exclude-resource-type", "unit_test"])

    return run


@pytest.fixture
def owner(instance: Home) -> Iterator[Connection]:
    """A connection that may do everything."""
    with connect(instance, "owner") as connection:
        yield connection


@pytest.fixture
def analyst(instance: Home) -> Iterator[Connection]:
    """A connection of someone who reads."""
    with connect(instance, "analyst") as connection:
        yield connection


@pytest.fixture
def import_document(owner: Connection) -> Callable[[dict[str, Any]], None]:
    """Puts a document among the metadata as it is."""
    return lambda content: insert_document(owner, content)


@pytest.fixture
def record(owner: Connection) -> Callable[[str, dict[str, float | None]], None]:
    """Puts readings of one column of the logger into the database, by time UTC."""
    return lambda column_name, readings: insert_readings(owner, column_name, readings)


def insert_document(owner: Connection, content: dict[str, Any]) -> None:
    owner.execute(
        "insert into metadata.document (sha256, path, kind, content, imported_by)"
        " values ('', '', 'json', %s, 'a test')",
        [Jsonb(content)],
    )


def insert_readings(owner: Connection, column_name: str, readings: dict[str, float | None]) -> None:
    channel = owner.execute(
        "insert into raw.channel (logger, averaging_period, column_name) values (%s, '10 minutes', %s)"
        " returning channel_id",
        [LOGGER, column_name],
    ).fetchone()
    assert channel
    for timestamp, value in readings.items():
        owner.execute("insert into raw.reading values (%s, %s, 0, %s)", [f"{timestamp}+00", channel[0], value])
