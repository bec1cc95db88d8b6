"""Commands of the metadata: import, export, diff, check."""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from typing import Annotated, Literal

import typer

from database.connection import connect
from loaders.metadata import exporting
from loaders.metadata.change_lines import change_lines
from loaders.metadata.history import Import, last_import
from loaders.metadata.importing import import_metadata
from loaders.metadata.team.importing import has_only_team_tables, import_team_table, team_tables_of
from orchestration import building
from orchestration.checking import check_metadata
from orchestration.cli.console import (
    JsonOption,
    answers,
    home,
    print_json,
    print_table,
    print_waiting,
    progress,
    say,
    settings,
)

MOST_LINES = 40  # a screen; --json has them all


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The stations, their loggers, sensors and calibrations.", no_args_is_help=True)
    group.command("import")(import_paths)
    group.command("export")(export_station)
    group.command("diff")(diff)
    group.command("check")(check)
    app.add_typer(group, name="metadata")


def import_paths(
    paths: Annotated[
        list[Path], typer.Argument(help="IEA Task 43 documents (.json), folders of CSV tables, or tables of the team.")
    ],
    utc_offset: Annotated[
        float | None,
        typer.Option(help="Hours that the loggers' clocks are ahead of UTC, where the document leaves it null."),
    ] = None,
    timestamps: Annotated[
        Literal["begin", "end"] | None,
        typer.Option(help="What the loggers' stamps mark of the averaging period, where the document leaves it null."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Import stations from IEA Task 43 documents (v1.0 to v1.3) or folders of CSV tables, and tables of the team.

    The team's tables are quality_rules.csv, calibration_choices.csv and magnetic_declinations.csv, each alone or in a
    folder. Of each station and table the newest import counts and the others are kept. Importing the same again changes
    nothing; where anything is wrong, nothing is imported. Calibrations are in effect within seconds; then files that
    waited for these metadata are loaded, and all models are built.
    """
    here = home()
    by = getpass.getuser()
    with connect(here, "loader") as connection, connection.transaction():
        results = [
            (
                path,
                import_metadata(connection, path, utc_offset_hours=utc_offset, timestamps=timestamps, imported_by=by),
            )
            for path in paths
            if not has_only_team_tables(path)
        ]
        tables = [
            (file, import_team_table(connection, file, imported_by=by))
            for path in paths
            for file in team_tables_of(path)
        ]
    for _, result in results:
        for warning in result.warnings:
            say(f"warning: {warning}")
    building.apply_metadata(here)
    with progress("Loading what waited") as on_file:
        built = building.build(here, report=say, on_file=on_file, settings=settings())
    if as_json:
        print_json(
            {
                "documents": [{"path": path, **_as_dict(result)} for path, result in results],
                "tables": [{"path": path, **asdict(table)} for path, table in tables],
                "files": built.loaded.files,
            }
        )
        return
    for path, result in results:
        done = "imported" if result.changed else "unchanged"
        answers.print(f"{path}: {done}: {', '.join(result.stations)}", markup=False)
    for path, table in tables:
        done = "imported" if table.changed else "unchanged"
        answers.print(f"{path}: {done}: {table.rows} rows", markup=False)
    print_waiting(built.loaded.files)


def export_station(station: Annotated[str, typer.Argument(help="Name of the station, or its slug.")]) -> None:
    """Write a station as an IEA Task 43 document (v1.3) to standard output.

    It is the newest import, with what its options filled in. Importing it again changes nothing.
    """
    with connect(home(), "loader") as connection:
        document, left_out = exporting.export(connection, station)
    for path in left_out:
        say(f"left out, as version 1.3 has no place for it: {path}")
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def diff(
    station: Annotated[str, typer.Argument(help="Name of the station, or its slug.")],
    as_json: JsonOption = False,
) -> None:
    """Show what the last import of a station changed: what was added, removed, or says something else now.

    Every import is kept, so the newest that has the station is held against the one before it, their options included.
    """
    with connect(home(), "loader") as connection:
        last = last_import(connection, station)
    if as_json:
        print_json(last)
        return
    if last.before is None:
        answers.print(f"{last.station}: {_named(last.now)} is its only one", markup=False)
        return
    changed = "changed" if last.changes else "changed nothing"
    answers.print(f"{last.station}: {_named(last.now)} {changed} against {_named(last.before)}", markup=False)
    lines = change_lines(last.changes)
    for line in lines[:MOST_LINES]:
        answers.print(f"  {line}", markup=False)
    if len(lines) > MOST_LINES:
        answers.print(f"  ... and {len(lines) - MOST_LINES} lines more: --json has all", markup=False)


def _named(found: Import) -> str:
    when = found.imported_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    return f"import {found.document_id} ({when} by {found.imported_by}, {found.path})"


def check(as_json: JsonOption = False) -> None:
    """Run the checks of the metadata alone, and list what they find. The exit code is 1 where there is anything."""
    findings = check_metadata(home())
    if as_json:
        print_json({"findings": findings})
    elif findings:
        print_table(
            ["severity", "station", "finding"], [(found.severity, found.station, found.text) for found in findings]
        )
    else:
        answers.print("The metadata are in order.")
    if findings:
        raise typer.Exit(1)


def _as_dict(result: object) -> dict[str, object]:
    return {name: getattr(result, name) for name in ("stations", "document_id", "changed", "warnings")}
