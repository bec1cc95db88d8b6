"""How commands speak: one JSON document for programs, tables and progress for people, errors that name the remedy."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from database.home import Home
from loaders.results import FileResult
from loaders.unwrapping import Settings

# Progress and messages go to standard error: standard output is the answer
messages = Console(stderr=True, highlight=False, soft_wrap=True)
# into a file or a pipe nothing is folded, so that paths can be copied
WIDE = 1000
answers = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)

JsonOption = Annotated[bool, typer.Option("--json", help="Answer with one JSON document on standard output.")]


def home() -> Home:
    """The instance that the environment names."""
    return Home.from_environment(os.environ)


def settings() -> Settings:
    """The instance's configuration, with secrets from the environment."""
    return Settings.of(home(), os.environ)


def say(text: str) -> None:
    """Tell a person what happens now."""
    messages.print(text, markup=False)


def print_json(answer: object) -> None:
    """Print the one JSON document."""
    sys.stdout.write(json.dumps(answer, default=_plain, ensure_ascii=False) + "\n")


def print_error(error: Any, *, as_json: bool) -> None:
    """Print an error with what, where and remedy."""
    if as_json:
        print_json({"error": {"what": error.what, "where": error.where, "remedy": error.remedy}})
        return
    messages.print(f"[red]error:[/red] {_escaped(error.what)}")
    if error.where:
        messages.print(f"  in   {error.where}", markup=False)
    if error.remedy:
        messages.print(f"  try  {error.remedy}", markup=False)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[str] = ()) -> None:
    """Print rows for a person; the columns named in `right` are numbers."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_escaped(_shown(cell)) for cell in row))
    answers.print(table)


def print_waiting(files: Sequence[FileResult]) -> None:
    """Say how many files that had waited went in, and how many were tried again in vain."""
    loaded = sum(file.state == "loaded" for file in files)
    if loaded:
        answers.print(f"{loaded} waiting {'file was' if loaded == 1 else 'files were'} read")
    if loaded < len(files):
        answers.print(f"{len(files) - loaded} still can't be read: stationmanager status tells why")


@contextmanager
def progress(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on a terminal, nothing elsewhere. It is told the item, how many are done, and of how many."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=messages, transient=True) as bar:
        task = bar.add_task(title, total=None)

        def advance(item: str, done: int, total: int) -> None:
            bar.update(task, description=f"{title} {_escaped(Path(item).name)}", completed=done, total=total)

        yield advance


def _escaped(text: str) -> str:
    return text.replace("[", "\\[")


def _shown(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _plain(value: Any) -> object:
    """JSON has no times, paths and exact decimals: ISO 8601 in UTC, text, and numbers."""
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return value.isoformat() if isinstance(value, date) else str(value)
