"""The `stationmanager` command: its groups, and the one place where errors become text and exit codes."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from database.errors import StationManagerError
from loaders.formats.frame import FormatError
from loaders.versions import loader_version
from orchestration.cli import (
    building,
    describing,
    explaining,
    exporting,
    fetching,
    files,
    flags,
    metadata,
    querying,
    service,
)
from orchestration.cli.console import print_error

HELP = """From the files of wind and solar measurement stations to clean, explained readings.

The usual order: up, metadata import, load, build, export. Every command has --help, and --json where a program might
read the answer. State lies under STATIONMANAGER_HOME (default: .stationmanager in the project).
"""

NO_COMMAND = 2  # the exit code of a command line that asks for nothing

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
for commands in (service, metadata, files, describing, fetching, building, flags, explaining, exporting, querying):
    commands.register(app)


@app.callback(help=HELP, invoke_without_command=True)
def main(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version of the code and exit.")] = False,
) -> None:
    """What stands before the command."""
    if version:
        typer.echo(f"stationmanager {loader_version()}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(NO_COMMAND)


def run() -> None:
    """Entry point. Exit code 0 only when all that was asked for was done."""
    try:
        app()
    except (StationManagerError, FormatError) as error:
        print_error(error, as_json="--json" in sys.argv)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
