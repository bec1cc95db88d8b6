"""CSV as people keep it: comma or semicolon, with or without a byte order mark; every cell is stripped text."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from loaders.problems import Problem, suggestion


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line that it begins in, and its cells by column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A table; where it has problems, its rows are those that could be read: none under a wrong header."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def read(content: bytes, name: str, *, known: Collection[str], required: Collection[str]) -> CsvTable:
    """Read a table whose columns are among the known ones, whatever their case; they come back as the known ones."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"the byte {content[error.start]:#04x}"
        line = content.count(b"\n", 0, error.start) + 1
        return _unreadable(name, line, found, "text in UTF-8", "save it as CSV UTF-8")
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        return _unreadable(name, line, "the byte 0x00", "text", "save it as CSV UTF-8")
    lines: list[tuple[int, list[str]]] = []
    try:
        lines.extend(_lines(text))
    except csv.Error as error:
        last = lines[-1][0] if lines else 0
        return _unreadable(name, last + 1, f"what is no CSV ({error})", "cells whose quotes are closed")
    if not lines:
        return _unreadable(name, 1, "nothing", "a line that names the columns")
    columns, problems = _columns(lines[0][1], name, known, required)
    rows: list[Row] = []
    for line, cells in lines[1:] if not problems else ():
        if len(cells) >= len(columns) and not any(cells[len(columns) :]):
            rows.append(Row(line, dict(zip(columns, cells, strict=False))))
        else:
            expected = f"{len(columns)}, as many as columns are named"
            problems.append(Problem(f"{name}, line {line}", f"{len(cells)} cells", expected))
    return CsvTable(name, columns, tuple(rows), tuple(problems))


def _unreadable(name: str, line: int, found: str, expected: str, remedy: str = "") -> CsvTable:
    return CsvTable(name, (), (), (Problem(f"{name}, line {line}", found, expected, remedy),))


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that are not blank, with their number; a quoted cell may go over several lines."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begin = 1
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield begin, stripped
        begin = reader.line_num + 1


def _columns(
    header: list[str], name: str, known: Collection[str], required: Collection[str]
) -> tuple[tuple[str, ...], list[Problem]]:
    while header and not header[-1]:  # spreadsheets write empty columns behind the last
        header.pop()
    by_lower = {column.lower(): column for column in known}
    columns = tuple(by_lower.get(column.lower(), column) for column in header)
    place = f"{name}, line 1"
    problems = [
        Problem(place, f'the column "{column}"', "one of " + ", ".join(known), suggestion(column, known))
        for column in columns
        if column not in known
    ]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    problems += [Problem(place, f'the column "{column}" twice', "each column once") for column in twice]
    missing = [column for column in required if column not in columns]
    problems += [Problem(place, f'no column "{column}"', "it, as the table needs it") for column in missing]
    return columns, problems
