"""Commands to look into the database: sql, url."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from psycopg.rows import dict_row

from database.connection import Role, connect, libpq_environment
from database.connection import url as connection_url
from database.embedded.programs import find_programs
from database.errors import UsageError
from database.home import Home
from database.infinity import read_infinity_as_text
from orchestration.cli.console import JsonOption, answers, home, print_json, say

RoleOption = Annotated[Role, typer.Option(help="Whose rights to use.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(sql)
    app.command()(url)


def sql(
    query: Annotated[str | None, typer.Argument(help="A query; without one, psql opens.")] = None,
    role: RoleOption = "analyst",
    as_json: JsonOption = False,
) -> None:
    """Ask the database: psql, or one query's result. --json gives a list of objects, one a row."""
    here = home()
    if not as_json:
        _psql(here, role, query)
    if query is None:
        raise UsageError("--json needs a query", "sql", "stationmanager sql --json 'select ...'")
    try:
        with connect(here, role) as connection:
            read_infinity_as_text(connection)
            cursor = connection.cursor(row_factory=dict_row).execute(query.encode())
            print_json(cursor.fetchall() if cursor.description else [])
    except psycopg.Error as error:
        raise UsageError(str(error).strip(), query, "mend the query") from error


def url(role: RoleOption = "analyst", as_json: JsonOption = False) -> None:
    """Print a connection URL for psql, pandas, DBeaver or QGIS. It holds the role's password."""
    answer = connection_url(home(), role)
    if as_json:
        print_json({"url": answer})
    else:
        answers.print(answer, markup=False)


def _psql(here: Home, role: Role, query: str | None) -> None:
    """Become psql: its pager, its completion and its exit code are then the user's."""
    program = shutil.which("psql") if here.server_url else str(find_programs(say) / "psql")
    if program is None:
        raise UsageError("psql is not installed", "PATH", "install postgresql-client, or use --json")
    connect(here, role).close()
    environment = os.environ | libpq_environment(here, role)
    arguments = ["--no-psqlrc", "--command", query] if query else []
    os.execve(program, [Path(program).name, *arguments], environment)  # noqa: S606  # no shell is wanted
