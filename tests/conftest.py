"""Fixtures that read as nouns: a real TimescaleDB, and an instance with a database of its own for each test."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from database import migrating, preparing
from database.connection import Connection, connect, parameters
from database.embedded import cluster
from database.home import PROJECT, Home
from orchestration import building
from tests.loaders.campaign import claim_mast

SAMPLES = PROJECT.parent / "shared" / "samples"


@pytest.fixture(scope="session")
def samples() -> Path:
    """Real files of loggers; they are not part of the project."""
    if not SAMPLES.is_dir():
        pytest.skip(f"the real files are not here: {SAMPLES}")
    return SAMPLES


@pytest.fixture(scope="session")
def server() -> Iterator[Home]:
    """A home whose server holds the tests' databases: the one that the environment names, or an embedded one."""
    folder = Path(tempfile.mkdtemp(prefix="stationmanager-tests-"))
    folder.chmod(0o755)  # the account that runs the server enters it
    home = Home(folder, os.environ.get("STATIONMANAGER_DATABASE_URL"))
    preparing.prepare(home, print)
    yield home
    if not home.server_url:
        cluster.stop(home)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_home(server: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Home]]:
    """Makes a home with a database of its own, as a copy of the database that is named."""
    made: list[str] = []
    credentials = json.loads(server.credentials.read_text())

    def make(template: str) -> Home:
        name = f"test_{uuid.uuid4().hex[:12]}"
        with _owner(server) as connection:
            connection.execute(
                sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
            )
        made.append(name)
        home = Home(tmp_path_factory.mktemp("home"))
        owner = parameters(server, "owner")
        content = {
            "server": {**owner, "dbname": name},
            "passwords": {"owner": owner.get("password", ""), **credentials["passwords"]},
        }
        home.credentials.write_text(json.dumps(content))
        return home

    yield make
    with _owner(server) as connection:
        for name in made:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def migrated(new_home: Callable[[str], Home]) -> str:
    """The name of a database with all migrations and nothing else, to be copied."""
    home = new_home("template0")
    migrating.upgrade(home)
    return closed(home)


@pytest.fixture
def home(new_home: Callable[[str], Home], migrated: str) -> Home:
    """An instance whose database has all migrations and nothing else."""
    return new_home(migrated)


@pytest.fixture(scope="session")
def built(new_home: Callable[[str], Home], migrated: str) -> str:
    """The name of a database on which dbt has built everything, without stations, to be copied."""
    home = new_home(migrated)
    building.build(home)
    return closed(home)


@pytest.fixture
def instance(new_home: Callable[[str], Home], built: str) -> Home:
    """An instance as `stationmanager up` leaves it: everything is built, and nothing is in it."""
    return new_home(built)


@pytest.fixture
def loader(home: Home) -> Iterator[Connection]:
    """A connection as the role that loads."""
    with connect(home, "loader") as connection:
        yield connection


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Writes a file into the test's folder."""

    def write_file(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write_file


@pytest.fixture
def claim(tmp_path: Path) -> Callable[..., None]:
    """Imports the document of the mast; arguments change its logger."""

    def import_document(home: Home, **logger: object) -> None:
        claim_mast(home, tmp_path, **logger)

    return import_document


@pytest.fixture
def mast(instance: Home, claim: Callable[..., None]) -> Home:
    """An instance whose metadata know the mast."""
    claim(instance)
    return instance


def closed(home: Home) -> str:
    """The name of a home's database, closed to all: TimescaleDB's scheduler would hold it open while it is copied."""
    name = parameters(home, "owner")["dbname"]
    with _owner(home) as connection:
        connection.execute(sql.SQL("alter database {} with allow_connections false").format(sql.Identifier(name)))
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
    return name


def _owner(home: Home) -> psycopg.Connection[tuple[object, ...]]:
    given = parameters(home, "owner") | {"dbname": "postgres"}
    return psycopg.connect(make_conninfo("", **given), autocommit=True)
