"""Commands of files: load, file list, file get."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from database.connection import connect
from database.errors import UsageError
from loaders import ledger
from loaders.archive import BLOCK_BYTES, Archive
from loaders.loading import load as load_files
from loaders.loading import load_waiting
from loaders.metadata.stored import find_station
from loaders.receiving import as_it_came
from loaders.replaying import replay as replay_logger
from loaders.results import FileResult, LoadResult
from orchestration.cli.console import JsonOption, answers, home, print_json, print_table, progress, say, settings

PathsArgument = Annotated[list[Path] | None, typer.Argument(help="Files, or folders whose files are taken.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(load)
    group = typer.Typer(help="The files as they came.", no_args_is_help=True)
    group.command("list")(list_files)
    group.command("get")(get_file)
    app.add_typer(group, name="file")


def load(
    paths: PathsArgument = None,
    logger: Annotated[str | None, typer.Option(help="Serial of the logger, whatever the files' headers say.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="These files' values win over all others.")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Read again what failed, waits or had bad lines.")] = False,
    replay: Annotated[
        str | None,
        typer.Option(help="Serial of a logger of which all files are read again, from the archive.", metavar="LOGGER"),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that read; default: as many as cores.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Load logger files or folders of them. Files that are loaded already cost nothing.

    Every file is kept as it came. One that no metadata claim waits; one that can't be read is recorded as failed, the
    others load, and the exit code is 1. Of a file that grew only what was appended is read.

    After a wrong offset from UTC, or begin or end label, was mended in the metadata, --replay LOGGER brings all
    readings of the logger in again: in one transaction, so that nobody sees half of it.
    """
    if not paths and not retry and not replay:
        raise UsageError("no file is named", "load PATH...", "name files or folders, or say --retry or --replay LOGGER")
    results: list[FileResult] = []
    with progress("Loading") as on_file:
        if replay:
            results += replay_logger(home(), replay, on_file=on_file, settings=settings()).files
        if retry:
            results += load_waiting(home(), retry_failed=True, on_file=on_file, settings=settings()).files
        if paths:
            results += load_files(
                home(),
                paths,
                logger=logger,
                overrules=replace,
                on_file=on_file,
                settings=settings(),
                workers=workers,
            ).files
    if as_json:
        print_json({"files": results})
    else:
        _report(LoadResult(results))
    if not LoadResult(results).is_complete:
        raise typer.Exit(1)


def list_files(
    station: Annotated[str | None, typer.Argument(help="Only the files of this station's loggers.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the files that were received, as the ledger has them."""
    with connect(home(), "loader") as connection:
        slug = None if station is None else find_station(connection, station)
        rows = ledger.find(
            connection,
            "%s::text is null or logger in (select serial from metadata.loggers where station = %s)",
            slug,
            slug,
        )
    if as_json:
        print_json({"files": rows})
        return
    print_table(
        ["sha256", "state", "logger", "first", "last", "path"],
        [(row.sha256[:12], row.state, row.logger, row.first_timestamp, row.last_timestamp, row.path) for row in rows],
    )


def get_file(
    sha256: Annotated[str, typer.Argument(help="The digest, or its first digits as `file list` shows them.")],
    output: Annotated[Path | None, typer.Option(help="Where to write it; default: standard output.")] = None,
) -> None:
    """Give back a file as it came."""
    with connect(home(), "loader") as connection:
        rows = ledger.find(connection, "starts_with(sha256, %s)", sha256.lower())
        if len(rows) != 1:
            raise UsageError(f"{len(rows)} files begin with these digits", sha256, "see: stationmanager file list")
        content = as_it_came(connection, Archive(home().archive), rows[0])
    with output.open("wb") if output else nullcontext(sys.stdout.buffer) as file:
        for start in range(0, content.size, BLOCK_BYTES):
            file.write(content.read(start, start + BLOCK_BYTES))
    if output:
        say(f"{output}: {content.size:,} bytes, as {rows[0].path} was")


def _report(result: LoadResult) -> None:
    states = Counter(file.state for file in result.files)
    counts = {name: sum(getattr(file, name) for file in result.files) for name in ("new", "same", "changed", "kept")}
    rejected = sum(file.rejected for file in result.files)
    answers.print(f"{len(result.files):,} files: " + ", ".join(f"{n:,} {state}" for state, n in states.items()))
    told = [f"{count:,} {name}" for name, count in counts.items() if count] or ["none"]
    answers.print("readings: " + ", ".join(told) + (f"; {rejected:,} rejected" if rejected else ""))
    if counts["new"] or counts["changed"]:
        answers.print("next: stationmanager build")
    for file in result.files:
        if file.error and file.state == "loaded":
            others = file.error.get("others")
            more = f", and {others:,} other lines" if others else ""
            answers.print(f"partly: {file.path}: {file.error['what']}", markup=False)
            answers.print(f"  in   {file.error['where']}{more}\n  try  {file.error['remedy']}", markup=False)
        elif file.error:
            answers.print(f"failed: {file.path}: {file.error['what']}", markup=False)
            answers.print(f"  in   {file.error['where']}\n  try  {file.error['remedy']}", markup=False)
    waiting = Counter(file.logger or "not named by the file" for file in result.files if file.state == "unclaimed")
    for logger, count in waiting.items():
        answers.print(f"{count:,} files wait: no metadata name their logger ({logger})", markup=False)
        answers.print("  try  stationmanager metadata import FILE, or load --logger SERIAL", markup=False)
