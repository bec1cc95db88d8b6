"""The command that writes files for wind-analysis tools: export."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from database.connection import connect
from database.errors import UsageError
from exporters.exporting import FORMATS
from exporters.exporting import export as export_station
from exporters.selection import NothingRecorded, Request
from exporters.writing import ExportedFile
from loaders.metadata.slug import slug
from orchestration.cli.console import JsonOption, home, print_json, print_table, progress, say

StationsArgument = Annotated[list[str] | None, typer.Argument(help="Stations by name; all if none is named.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


def export(
    stations: StationsArgument = None,
    file_format: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = "windographer",
    date_from: Annotated[
        str | None, typer.Option("--from", help="First moment, by the station's clock or with Z.")
    ] = None,
    date_to: Annotated[str | None, typer.Option("--to", help="First moment that is left out.")] = None,
    output: Annotated[Path | None, typer.Option(help="Folder; default: exports in STATIONMANAGER_HOME.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write each station's cleaned readings into a file, blank where nothing is valid.

    `windographer` is a zip with one text file for all sensors, one for each type of sensor, and the flagging log;
    `csv` is one wide table with UTC timestamps. A file appears under its name only when it is whole. A period without
    any reading is an error and writes nothing; where no station is named, those without are left out.
    """
    here = home()
    folder = output or here.exports
    begin, end = _moment(date_from, "--from"), _moment(date_to, "--to")
    files: list[ExportedFile] = []
    left_out: list[NothingRecorded] = []
    for station in [slug(name) for name in stations or []] or _all_stations():
        with progress(f"Exporting {station}") as advance:
            try:
                files.append(
                    export_station(
                        lambda: connect(here, "exporter", application="stationmanager export"),
                        file_format,
                        Request(station, folder, begin, end),
                        lambda done, total: advance("", done, total),
                    )
                )
            except NothingRecorded as error:
                if stations:
                    raise
                left_out.append(error)
    if left_out and not files:
        raise left_out[0]
    for nothing in left_out:
        say(f"left out: {nothing.what}")
    if as_json:
        print_json({"files": files})
        return
    print_table(
        ["station", "rows", "values", "bytes", "file"],
        [(file.station, file.rows, file.values, file.bytes, file.path) for file in files],
        right=["rows", "values", "bytes"],
    )


def _all_stations() -> list[str]:
    with connect(home(), "exporter") as connection:
        return [
            str(name) for (name,) in connection.execute("select station from exports.stations order by 1").fetchall()
        ]


def _moment(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no time", option, "write it as 2024-01-31 or 2024-01-31T12:00Z") from None
