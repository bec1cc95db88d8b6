"""The command that brings everything that dbt makes up to date: build."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration import building
from orchestration.cli.console import JsonOption, answers, home, print_json, print_waiting, progress, say, settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(build)


def build(
    full: Annotated[bool, typer.Option("--full", help="Build even where nothing has changed.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show what dbt says.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring cleaned readings and exports up to date: metadata, the files that they newly claim, then all models.

    Where nothing has changed since the last build, nothing is done. A data test that fails is an error, and what
    analysts read stays as it was.
    """
    with progress("Loading what waited") as on_file:
        result = building.build(
            home(), report=say, on_line=say if verbose else None, on_file=on_file, full=full, settings=settings()
        )
    if as_json:
        print_json({"built": result.is_built, "files": result.loaded.files})
        return
    print_waiting(result.loaded.files)
    answers.print("Everything is up to date." if result.is_built else "Nothing has changed since the last build.")
