"""A folder of CSV tables, put together to the same IEA Task 43 document that others bring as JSON.

Every part remembers the line that it was made from, so that what is wrong with it is told by file and line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from loaders import csv_table
from loaders.csv_table import CsvTable, Row
from loaders.metadata import table_layout
from loaders.metadata.checks import Path
from loaders.metadata.slug import slug
from loaders.metadata.table_layout import LAYOUTS, STATIONS, Layout
from loaders.metadata.task43 import DATE_TIME, MastProperties, clock_time
from loaders.metadata.validating import as_found, problems_of
from loaders.metadata.vocabulary import NEWEST_VERSION
from loaders.problems import Problem, one_of, suggestion

# The schema wants these, and tables have no place for them
NOT_STATED = {"author": "not stated", "organisation": "not stated"}
NO_DATE = "1970-01-01"

DATES = ("date_from", "date_to")
NORMAL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")
MAST = frozenset(name for name in MastProperties.model_fields if name.startswith("mast_"))

Part = dict[str, Any]


@dataclass(slots=True)
class Assembly:
    """The document as it grows, where each of its parts came from, and what didn't fit."""

    document: Part = field(default_factory=lambda: {"measurement_location": []})
    lines: dict[Path, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, parent: Path, key: str, part: Part, place: str) -> None:
        """Append a part to a list of its parent."""
        siblings = self.part(parent).setdefault(key, [])
        self.lines[(*parent, key, len(siblings))] = place
        siblings.append(part)

    def part(self, path: Path) -> Part:
        """The part at a path."""
        part: Any = self.document
        for step in path:
            part = part[step]
        return part if isinstance(part, dict) else {}

    def children(self, parent: Path, key: str) -> list[Path]:
        """The paths of a list's parts."""
        return [(*parent, key, position) for position in range(len(self.part(parent).get(key, [])))]

    def place(self, path: Path) -> str:
        """File, line and column that a path of the document came from."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                rest = path[length:]
                return self.lines[path[:length]] + (f", column {rest[-1]}" if rest else "")
        return STATIONS


def assemble(files: Mapping[str, bytes]) -> tuple[Part, list[Problem]]:
    """The document that the tables say, and everything that is wrong with them; it is valid where that is nothing."""
    tables, problems = _read_all(files)
    if problems:
        return {}, problems
    assembly = Assembly()
    for name, layout in LAYOUTS.items():
        for row in tables[name].rows if name in tables else ():
            _place_row(assembly, name, layout, row)
    assembly.document |= {**NOT_STATED, "date": _newest_date(tables), "version": NEWEST_VERSION}
    located = problems_of(assembly.document)
    blank_is_null = [
        replace(problem, place=assembly.place(path), found="a blank cell" if problem.found == "null" else problem.found)
        for path, problem in located
    ]
    return assembly.document, [*assembly.problems, *blank_is_null]


def _read_all(files: Mapping[str, bytes]) -> tuple[dict[str, CsvTable], list[Problem]]:
    expected = "one of " + ", ".join(LAYOUTS)
    problems = [
        Problem("", f"the table {name}", expected, suggestion(name, LAYOUTS)) for name in files if name not in LAYOUTS
    ]
    problems += [
        Problem("", f"no table {name}", "it, as no station can do without")
        for name, layout in LAYOUTS.items()
        if name not in files and not layout.may_be_missing
    ]
    tables = {
        name: csv_table.read(files[name], name, known=table_layout.columns_of(name), required=LAYOUTS[name].required)
        for name in LAYOUTS
        if name in files
    }
    return tables, [*problems, *chain.from_iterable(table.problems for table in tables.values())]


def _place_row(assembly: Assembly, name: str, layout: Layout, row: Row) -> None:
    place = f"{name}, line {row.line}"
    try:
        parents: list[Path] = [()] if name == STATIONS else _parents(assembly, name, row, place)
    except _Unlinked as unlinked:
        assembly.problems.append(unlinked.problem)
        return
    for parent in parents:
        assembly.add(parent, layout.key, _part(layout, row), place)


def _part(layout: Layout, row: Row) -> Part:
    """A row as a part of the document; a blank cell is no key, or null where the document must have the key."""
    part: Part = {key: [] for key in layout.lists}
    for column, types in layout.types.items():
        cell = row.cells.get(column, "")
        if cell:
            part[column] = _normal_time(cell) if column in DATES else table_layout.value_of(cell, types)
        elif column in layout.null_if_blank:
            part[column] = None
    mast = {key: part.pop(key) for key in MAST & part.keys()} if layout.model is table_layout.Station else {}
    return part | ({"mast_properties": mast} if mast else {})


def _normal_time(cell: str) -> str:
    """`2016-01-09 15:30` as documents write it; what is no time stays as it is, and the model says so."""
    match = DATE_TIME.fullmatch(cell)
    try:
        return clock_time(cell).isoformat() + (match["zone"] or "") if match else cell
    except ValueError:
        return cell


class _Unlinked(Exception):
    def __init__(self, place: str, column: str, found: str, known: list[str], what: str) -> None:
        super().__init__(found)
        shown = as_found(found) if found else "a blank cell"
        # a serial number or a date that is like another is not the other mistyped
        near = suggestion(found, known) if column in {"station", "measurement_point"} else ""
        self.problem = Problem(f"{place}, column {column}", shown, one_of(known, what), near)


def _parents(assembly: Assembly, name: str, row: Row, place: str) -> list[Path]:
    """The parts that a row belongs to: one, but for columns of several configurations and sensors of one serial."""
    station = _station(assembly, row, place)
    if name in ("loggers.csv", "measurement_points.csv", "vertical_profiler_properties.csv"):
        return [station]
    points = assembly.children(station, "measurement_point")
    wanted = row.cells.get("measurement_point", "")
    if wanted or name != "calibrations.csv":
        by_name = {assembly.part(path).get("name"): path for path in points}
        if wanted not in by_name:
            raise _Unlinked(place, "measurement_point", wanted, [str(known) for known in by_name], "measurement point")
        points = [by_name[wanted]]
    if name == "column_names.csv":
        return _configurations(assembly, points[0], row, place)
    return _sensors(assembly, points, row, place) if name == "calibrations.csv" else points


def _station(assembly: Assembly, row: Row, place: str) -> Path:
    """The station of a row, by name or slug; where there is but one it needs no naming."""
    paths = assembly.children((), "measurement_location")
    names = [str(assembly.part(path)["name"]) for path in paths]
    wanted = row.cells.get("station", "")
    if not wanted and len(paths) == 1:
        return paths[0]
    for path, known in zip(paths, names, strict=True):
        if wanted and (wanted == known or slug(wanted) == slug(known) != ""):
            return path
    raise _Unlinked(place, "station", wanted, names, "station")


def _configurations(assembly: Assembly, point: Path, row: Row, place: str) -> list[Path]:
    paths = assembly.children(point, "logger_measurement_config")
    wanted = _normal_time(row.cells.get("config_date_from", ""))
    chosen = [path for path in paths if wanted in ("", assembly.part(path)["date_from"])]
    if not chosen:
        known = [str(assembly.part(path)["date_from"]) for path in paths]
        raise _Unlinked(place, "config_date_from", wanted, known, "logger measurement config")
    return chosen


def _sensors(assembly: Assembly, points: list[Path], row: Row, place: str) -> list[Path]:
    paths = [path for point in points for path in assembly.children(point, "sensor")]
    wanted = row.cells["serial_number"]
    chosen = [path for path in paths if wanted and assembly.part(path).get("serial_number") == wanted]
    if not chosen:
        known = {str(assembly.part(path).get("serial_number")): None for path in paths}
        raise _Unlinked(place, "serial_number", wanted, list(known), "sensor")
    return chosen


def _newest_date(tables: Mapping[str, CsvTable]) -> str:
    """The newest date that the tables name stands for the document's own: it must not change from day to day."""
    rows = chain.from_iterable(table.rows for table in tables.values())
    times = (_normal_time(row.cells.get(column, "")) for row in rows for column in ("date_from", "date_of_calibration"))
    return max((time[:10] for time in times if NORMAL_TIME.match(time)), default=NO_DATE)
