"""Makes a database ready: the embedded cluster or the named server, its roles' passwords, and the migrations."""

from __future__ import annotations

import fcntl
import json
import secrets
from collections.abc import Callable

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from database.connection import ROLES, parameters, unavailable
from database.embedded import cluster
from database.errors import SetupError
from database.home import Home
from database.private_files import write_private

Report = Callable[[str], None]


def prepare(home: Home, report: Report) -> None:
    """Start what must run, and bring roles and migrations up to date; everything that is done already costs nothing."""
    home.path.mkdir(parents=True, exist_ok=True)
    with (home.path / "prepare.lock").open("w") as lock:
        # two at once: the second waits and finds the work done
        fcntl.flock(lock, fcntl.LOCK_EX)
        if home.server_url:
            _ensure_server(home)
        else:
            cluster.start(home, report)
            _ensure_database(home)
        from database import migrating  # noqa: PLC0415  # Alembic takes as long to import as all else, for this alone

        report("Bringing the schemas up to date")
        migrating.upgrade(home)
        set_passwords(home)


def set_passwords(home: Home) -> None:
    """Give each role the password of this home."""
    passwords = json.loads(home.credentials.read_text())["passwords"]
    with _owner(home) as connection:
        for role in ROLES:
            if role != "owner":
                connection.execute(
                    sql.SQL("alter role {} with login password {}").format(sql.Identifier(role), passwords[role])
                )


def _ensure_database(home: Home) -> None:
    name = parameters(home, "owner")["dbname"]
    with _owner(home, database="postgres") as connection:
        if connection.execute("select from pg_database where datname = %s", [name]).fetchone() is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


def _ensure_server(home: Home) -> None:
    """A server of the user's: it must know TimescaleDB, and this home's passwords for its roles are kept here."""
    assert home.server_url
    home.path.mkdir(parents=True, exist_ok=True)
    given = conninfo_to_dict(home.server_url)
    if not home.credentials.exists():
        content = {
            "server": {key: str(value) for key, value in given.items() if key not in {"user", "password"}},
            "passwords": {role: secrets.token_urlsafe(24) for role in ROLES if role != "owner"},
        }
        write_private(home.credentials, json.dumps(content, indent=2))
    with _owner(home) as connection:
        row = connection.execute("select from pg_available_extensions where name = 'timescaledb'").fetchone()
        if row is None:
            raise SetupError(
                "the server has no TimescaleDB",
                f"{given.get('host', 'localhost')}:{given.get('port', '5432')}",
                "install TimescaleDB on it, or unset STATIONMANAGER_DATABASE_URL to use the embedded one",
            )


def _owner(home: Home, database: str | None = None) -> psycopg.Connection[tuple[object, ...]]:
    given = parameters(home, "owner") | ({"dbname": database} if database else {})
    try:
        return psycopg.connect(make_conninfo("", **given), autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise unavailable(home, error, f"{given.get('host')}:{given.get('port')}") from error
