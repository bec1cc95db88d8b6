"""The command that brings in files from where loggers leave them: fetch."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from loaders.fetching.fetching import fetch as fetch_files
from loaders.fetching.remembered import SourceResult
from loaders.loading import load_waiting
from loaders.results import LoadResult
from orchestration.cli.console import JsonOption, answers, home, print_json, progress, settings

SourcesArgument = Annotated[list[str] | None, typer.Argument(help="Sources by name; all if none is named.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(fetch)


def fetch(
    sources: SourcesArgument = None,
    load: Annotated[bool, typer.Option(help="Load what has come, or leave it landed for `build`.")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be transferred.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring in what is new from the sources in stationmanager.toml and from the landing folder, and load it.

    A source is a section [[source]] with a name, a kind (folder, sftp, ftp, ftps, store for S3 and the like, imap,
    http) and what that kind needs: docs/fetching.md shows one of each. Nothing is ever written, renamed or deleted
    there. What is there already is not transferred again; a file that was changed is.

    Each source fails alone, and waits then: 5 minutes, 10, 20, up to 6 hours. Whoever names it tries it at once. The
    exit code is 1 where a source or one of its files failed, and also where a file that has come can't be loaded.
    """
    with progress("Fetching") as on_file:
        results = fetch_files(
            home(),
            settings(),
            sources or [],
            dry_run=dry_run,
            on_source=_tell if not as_json else lambda _: None,
            on_file=on_file,
        )
    loaded = LoadResult([])
    if load and not dry_run:
        with progress("Loading") as on_file:
            loaded = load_waiting(home(), on_file=on_file, settings=settings())
    if as_json:
        print_json({"sources": [_as_dict(result, dry_run=dry_run) for result in results], "files": loaded.files})
    else:
        _tell_loaded(loaded)
    if any(result.error for result in results) or not loaded.is_complete:
        raise typer.Exit(1)


def _tell(result: SourceResult) -> None:
    """One line for a source, with its files where they were only listed, and why it failed where it did."""
    if result.waits_until:
        answers.print(
            f"{result.name}: left alone until {result.waits_until.astimezone():%Y-%m-%d %H:%M}, since it failed"
            f" (at once: stationmanager fetch {result.name})",
            markup=False,
        )
    else:
        new = f"{len(result.would_fetch):,} would come" if result.would_fetch else f"{result.new:,} new"
        waiting = f", {result.waiting:,} written to a moment ago: the next fetch takes them" if result.waiting else ""
        answers.print(
            f"{result.name}: {result.listed:,} listed, {new}, {result.failed:,} failed, {result.bytes:,} bytes in"
            f" {result.seconds:.1f} s{waiting}",
            markup=False,
        )
    for path in result.would_fetch:
        answers.print(f"  {path}", markup=False)
    if result.error:
        others = f" (and {result.error['others']:,} others)" if "others" in result.error else ""
        answers.print(f"  failed: {result.error['what']}{others}", markup=False)
        answers.print(f"    in   {result.error['where']}\n    try  {result.error['remedy']}", markup=False)


def _tell_loaded(loaded: LoadResult) -> None:
    if not loaded.files:
        return
    new = sum(file.new for file in loaded.files)
    failed = [file for file in loaded.files if file.state == "failed"]
    answers.print(f"{len(loaded.files):,} files were read: {new:,} new readings; next: stationmanager build")
    for file in failed:
        answers.print(f"failed: {file.path}: {(file.error or {}).get('what')}", markup=False)


def _as_dict(result: SourceResult, *, dry_run: bool) -> dict[str, object]:
    told = dataclasses.asdict(result)
    if not dry_run:
        del told["would_fetch"]
    return told
