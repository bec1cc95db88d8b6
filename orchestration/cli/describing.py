"""The command describe: what a file is, before it is loaded, and the description of one that no format covers."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import psycopg
import typer

from database.connection import connect
from database.errors import DatabaseUnavailable, SetupError, UsageError
from loaders.describing import FileDescription, TableDescription
from loaders.describing import describe as describe_file
from loaders.identifying import Formats
from loaders.unwrapping import LoggersPassword, Unwrapper, loggers_passwords
from orchestration.cli.console import JsonOption, answers, home, print_json, print_table, say, settings

PERIODS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
BY_METADATA = "not in the file: the metadata must say it"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(describe)


def describe(file: Path, as_json: JsonOption = False) -> None:
    """Tell what a file is, what it says of itself, and whether its format has been verified with real files.

    Containers are opened. For a table that no format covers a description is proposed on standard output, with what the
    file can't show marked by `# say`; the exit code is 1 then, and whenever a file can't be read. Neither a home nor a
    database is needed.
    """
    if not file.is_file():
        raise UsageError("there is no such file", str(file), "check the path")
    formats = Formats.of(home())
    unwrapper = Unwrapper(settings(), _passwords(), formats)
    files = describe_file(file.read_bytes(), str(file), unwrapper, home().formats)
    if as_json:
        problems = [problem.as_dict() for problem in formats.problems]
        print_json({"files": [asdict(found) for found in files], "invalid_descriptions": problems})
    else:
        if len(files) > 1:
            answers.print(f"# {file}: {len(files)} files", markup=False)
        for number, found in enumerate(files):
            if number:
                answers.print()
            _print(found)
        for problem in formats.problems:
            say(f"a description is not valid: {problem.where}: {problem.what}")
    if any(found.error for found in files):
        raise typer.Exit(1)


def _passwords() -> tuple[LoggersPassword, ...]:
    """Those that the metadata state, if there is a database that has any."""
    try:
        with connect(home(), "loader") as connection:
            return loggers_passwords(connection)
    except (SetupError, DatabaseUnavailable, psycopg.errors.UndefinedTable):
        return ()


def _print(found: FileDescription) -> None:
    if found.proposal:
        _print_proposal(found)
        return
    about: list[tuple[str, object]] = [("file", found.path)]
    if found.format:
        about.append(("format", f"{found.format}, {'verified' if found.format_verified else 'unverified'}"))
    if found.overrules:
        about.append(("", f"by a description of yours, which goes before the known format {found.overrules}"))
    if found.error:
        about += [("error", found.error["what"]), ("  in", found.error["where"]), ("  try", found.error["remedy"])]
        _print_pairs(about)
        return
    about += [
        ("logger", found.logger or "not in the file: load --logger SERIAL"),
        ("zone", BY_METADATA if found.utc_offset_h is None else f"UTC{found.utc_offset_h:+g} h"),
        ("stamps mark", _label(is_end=found.timestamp_is_end_of_period)),
        ("created", found.created),
    ]
    if found.rejected_lines:
        about.append(
            ("rejected", f"{found.rejected_readings:,} readings in {found.rejected_lines:,} lines; the first:")
        )
        about += [("", f"line {one.line}: {one.reason}: {one.text[:80]}") for one in found.rejected]
    _print_pairs(about)
    for table in found.tables:
        _print_table(table)
    if found.settings:
        answers.print("\nsettings of the sensors, as the file states them")
        names = list(found.settings[0])
        print_table(names, [[_listed(setting.get(name)) for name in names] for setting in found.settings])


def _print_proposal(found: FileDescription) -> None:
    """The description alone goes to standard output, so that it can be written into a file."""
    assert found.proposal
    assert found.error
    sys.stdout.write(f"# {found.path}\n{found.proposal.text}")
    sys.stdout.flush()
    asked = len(found.proposal.questions)
    say(f"{found.path}: {found.error['what']}; a description is proposed, with {asked} questions:")
    for question in found.proposal.questions:
        say(f"  line {question.line + 1}, {question.key}: {question.asked}")
    say(f"  try  {found.error['remedy']}")


def _print_pairs(pairs: list[tuple[str, object]]) -> None:
    for name, value in pairs:
        if value is not None:
            answers.print(f"{name:<12} {value}".rstrip(), markup=False)


def _print_table(table: TableDescription) -> None:
    name = f" {table.name}" if table.name else ""
    period = f", every {_period(table.averaging_period_s)}" if table.averaging_period_s else ""
    answers.print(f"\ntable{name}: {table.rows:,} rows{period}, {table.first} to {table.last}", markup=False)
    print_table(
        ["column", "unit", "statistic", "numbers", "missing", "minimum", "maximum"],
        [
            (one.name, one.unit, one.statistic, one.numbers, one.missing, one.minimum, one.maximum)
            for one in table.columns
        ],
        right=["numbers", "missing", "minimum", "maximum"],
    )


def _label(*, is_end: bool | None) -> str:
    return BY_METADATA if is_end is None else f"the {'end' if is_end else 'beginning'} of the averaging period"


def _period(seconds: float) -> str:
    size, unit = next(((size, unit) for size, unit in PERIODS if not seconds % size), (1, "s"))
    return f"{seconds / size:g} {unit}"


def _listed(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value
