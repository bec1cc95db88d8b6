"""Commands of the service: up, down, serve, status."""

from __future__ import annotations

from typing import Annotated

import typer

from database import preparing
from database.connection import url
from database.embedded import cluster
from loaders.fetching.folder import make_landing
from orchestration import building, serving
from orchestration import status as health
from orchestration.cli.console import JsonOption, answers, home, print_json, print_table, progress, say, settings


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(up)
    app.command()(down)
    app.command()(serve)
    app.command()(status)
    app.command()(catalogue)


def up(as_json: JsonOption = False) -> None:
    """Start the database and bring schemas, reference lists and models up to date.

    Without STATIONMANAGER_DATABASE_URL it is an embedded TimescaleDB that lives under STATIONMANAGER_HOME, listens on
    127.0.0.1 and on a Unix socket only, and takes passwords only.
    """
    here = home()
    preparing.prepare(here, say)
    make_landing(here)
    with progress("Loading what waited") as on_file:
        building.build(here, report=say, on_file=on_file, settings=settings())
    analyst = url(here, "analyst")
    if as_json:
        print_json({"home": here.path, "url": analyst})
        return
    answers.print(f"The database is up. State lies under {here.path}", markup=False)
    answers.print(f"  psql, pandas, DBeaver, QGIS   {analyst}", markup=False)
    answers.print(f"  files to be loaded            {here.landing} (stationmanager fetch)", markup=False)
    answers.print("  one query                     stationmanager sql 'select * from exports.stations'", markup=False)
    answers.print("  other roles                   stationmanager url --role exporter", markup=False)


def down(as_json: JsonOption = False) -> None:
    """Stop the embedded database. Nothing is lost; readers are disconnected."""
    was_running = cluster.stop(home())
    if as_json:
        print_json({"stopped": was_running})
    else:
        say("The database is stopped." if was_running else "The database was not running.")


def serve(
    port: Annotated[int, typer.Option(help="Port of Dagster's UI; the catalogue takes the next free one.")] = 3000,
) -> None:
    """Run the whole service in the foreground: database, Dagster's UI and daemon, dbt's catalogue. Ctrl-C ends it."""
    here = home()
    preparing.prepare(here, say)
    building.build(here, report=say, settings=settings())
    serving.serve(here, first_port=port, report=say)


def status(as_json: JsonOption = False) -> None:
    """Tell what is loaded, what waits, what failed, and what to do about it."""
    now = health.read(home())
    if as_json:
        print_json(now)
        return
    answers.print(
        f"{now.readings:,} readings; files: " + (", ".join(f"{n} {s}" for s, n in now.files.items()) or "none")
    )
    if not now.findings:
        answers.print("Nothing waits, and nothing has failed.")
        return
    print_table(
        ["severity", "station", "finding"], [(found.severity, found.station, found.text) for found in now.findings]
    )


def catalogue(as_json: JsonOption = False) -> None:
    """Write the data catalogue, one page for a browser: every table and column in words, and where it comes from."""
    page = serving.write_catalogue(home(), say)
    if as_json:
        print_json({"path": page})
    else:
        answers.print(f"{page}", markup=False)
