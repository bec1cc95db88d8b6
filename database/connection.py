"""Connections by role. Each role has the least rights that its work needs; see the first migration."""

from __future__ import annotations

import json
from typing import Any, Literal
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from database.errors import DatabaseUnavailable, SetupError
from database.home import Home

Role = Literal["analyst", "exporter", "loader", "transformer", "owner"]
ROLES: tuple[Role, ...] = ("analyst", "exporter", "loader", "transformer", "owner")
PLACE = ("user", "password", "host", "port", "dbname")
LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
# what libpq asks where nothing listens, whether at a port or a socket
NOT_RUNNING = "Is the server running"
Connection = psycopg.Connection[tuple[Any, ...]]


def parameters(home: Home, role: Role) -> dict[str, str]:
    """Libpq's keywords and values for a role: host, port, dbname, user, password."""
    credentials = _credentials(home)
    base = conninfo_to_dict(home.server_url) if home.server_url else dict(credentials["server"])
    if not base.get("dbname"):
        raise SetupError(
            "the server's URL names no database",
            "STATIONMANAGER_DATABASE_URL",
            "write it as postgresql://USER:PASSWORD@HOST:5432/DATABASE",
        )
    if role == "owner" and home.server_url:
        return {key: str(value) for key, value in base.items()}
    base |= {"user": role, "password": credentials["passwords"][role]}
    return {key: str(value) for key, value in base.items()}


def connect(home: Home, role: Role, *, application: str = "stationmanager") -> Connection:
    """Open a connection; it is in autocommit mode, so that each `transaction()` block commits when it ends."""
    conninfo = make_conninfo("", **parameters(home, role), application_name=application, connect_timeout="10")
    try:
        return psycopg.connect(conninfo, autocommit=True)
    except psycopg.OperationalError as error:
        raise unavailable(home, error, f"database of {home.path}, role {role}") from error


def unavailable(home: Home, error: BaseException, where: str) -> DatabaseUnavailable:
    """The error of a database that can't be reached: ours can be started, any other may be misnamed."""
    told = " ".join(str(error).split())
    if home.server_url:
        return DatabaseUnavailable(told, where, "is the server running, and is STATIONMANAGER_DATABASE_URL right?")
    return DatabaseUnavailable(
        "the database isn't running" if NOT_RUNNING in told else told, where, "stationmanager up"
    )


def url(home: Home, role: Role) -> str:
    """The connection as a URL that psql, pandas, DBeaver and QGIS take."""
    given = parameters(home, role)
    user, password, host = (quote(given.get(key, ""), safe="") for key in ("user", "password", "host"))
    secret = f":{password}" if password else ""
    place = f"{host}:{given.get('port', '5432')}/{quote(given['dbname'], safe='')}"
    further = urlencode({key: value for key, value in given.items() if key not in PLACE})
    return f"postgresql://{user}{secret}@{place}" + (f"?{further}" if further else "")


def libpq_environment(home: Home, role: Role) -> dict[str, str]:
    """The same as the variables that libpq reads: host, port, database, user, password, and how it is encrypted."""
    given = parameters(home, role)
    return {LIBPQ[key]: value for key, value in given.items() if key in LIBPQ}


def _credentials(home: Home) -> dict[str, dict[str, str]]:
    try:
        content: dict[str, dict[str, str]] = json.loads(home.credentials.read_text())
    except FileNotFoundError:
        raise SetupError(
            "there is no database here yet", str(home.path), "stationmanager up (or make demo, from the clone)"
        ) from None
    return content
