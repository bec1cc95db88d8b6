"""A folder of CSV tables, put together to the same IEA Task 43 document that others bring as JSON.

Every part remembers the line that it was made from, so that what is wrong with it is told by file and line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from loaders import csv_table
from loaders.csv_table import CsvTable, Row
from loaders.metadata import table_layout
from loaders.metadata.checks import Path
from loaders.metadata.point_names import point_names
from loaders.metadata.slug import slug
from loaders.metadata.stations import MastProperties
from loaders.metadata.table_layout import LAYOUTS, STATIONS, Layout
from loaders.metadata.task43 import DATE_TIME, clock_time
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
        """File and line that a path of the document came from, and the column, unless it is a list of other rows."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                place = self.lines[path[:length]]
                is_column = path[length:] and path[-1] in table_layout.columns_of(place.partition(",")[0])
                return f"{place}, column {path[-1]}" if is_column else place
        return STATIONS


def assemble(files: Mapping[str, bytes]) -> tuple[Part, list[Problem]]:
    """The document that the tables say, and everything that is wrong with them; it is valid where that is nothing."""
    tables, problems = _read_all(files)
    if problems:
        return {}, problems
    assembly = _put_together(tables)
    assembly.document |= {**NOT_STATED, "date": _newest_date(tables), "version": NEWEST_VERSION}
    located = problems_of(assembly.document)
    blank_is_null = [
        replace(problem, place=assembly.place(path), found="a blank cell" if problem.found == "null" else problem.found)
        for path, problem in located
    ]
    return assembly.document, [*assembly.problems, *blank_is_null]


def places_of(files: Mapping[str, bytes]) -> Callable[[Path], str]:
    """Tells file, line and column of a path in the document that the tables say."""
    return _put_together(_read_all(files)[0]).place


def _put_together(tables: Mapping[str, CsvTable]) -> Assembly:
    assembly = Assembly()
    for name, layout in LAYOUTS.items():
        for row in tables[name].rows if name in tables else ():
            _place_row(assembly, name, layout, row)
    return assembly


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
    match name:
        case "loggers.csv" | "measurement_points.csv" | "vertical_profiler_properties.csv":
            return [station]
        case "lidar_configs.csv":
            loggers = assembly.children(station, "logger_main_config")
            loggers = _narrowed(assembly, loggers, _Link("logger_serial_number", "logger_serial_number"), row, place)
            return _narrowed(assembly, loggers, _Link("logger_date_from", "date_from"), row, place)
        case "calibrations.csv":
            return _sensors(assembly, station, row, place)
    point = _point(assembly, station, row, place)
    if name == "column_names.csv":
        configurations = assembly.children(point, "logger_measurement_config")
        return _narrowed(assembly, configurations, _Link("config_date_from", "date_from"), row, place)
    return [point]


def _point(assembly: Assembly, station: Path, row: Row, place: str) -> Path:
    """The measurement point of a row, by what it is known by."""
    paths = assembly.children(station, "measurement_point")
    by_name = dict(zip(point_names([assembly.part(path) for path in paths]), paths, strict=True))
    wanted = row.cells.get("measurement_point", "")
    if wanted not in by_name:
        raise _Unlinked(place, "measurement_point", wanted, list(by_name), "measurement point")
    return by_name[wanted]


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


def _sensors(assembly: Assembly, station: Path, row: Row, place: str) -> list[Path]:
    """The sensors of a certificate: those of its serial, wherever they were unless the row says it."""
    points = assembly.children(station, "measurement_point")
    if row.cells.get("measurement_point", ""):
        points = [_point(assembly, station, row, place)]
    sensors = [path for point in points for path in assembly.children(point, "sensor")]
    sensors = _narrowed(assembly, sensors, _Link("serial_number", "serial_number"), row, place)
    sensors = _narrowed(assembly, sensors, _Link("sensor_date_from", "date_from"), row, place)
    if len(sensors) > 1 and not row.cells.get("serial_number", ""):
        known = [str(assembly.part(path).get("serial_number")) for path in sensors]
        raise _Unlinked(place, "serial_number", "", list(dict.fromkeys(known)), "sensor")
    return sensors


@dataclass(frozen=True, slots=True)
class _Link:
    """A column of a row, and the key of the parts that it is compared with."""

    column: str
    key: str


def _narrowed(assembly: Assembly, paths: list[Path], link: _Link, row: Row, place: str) -> list[Path]:
    """The parts that a row means, where it says something; all of them where it doesn't."""
    wanted = row.cells.get(link.column, "")
    if link.key in DATES:
        wanted = _normal_time(wanted)
    chosen = [path for path in paths if wanted in ("", assembly.part(path).get(link.key))]
    if not chosen:
        known = list(dict.fromkeys(str(assembly.part(path).get(link.key)) for path in paths))
        raise _Unlinked(place, link.column, wanted, known, link.column.removesuffix("_date_from").replace("_", " "))
    return chosen


def _newest_date(tables: Mapping[str, CsvTable]) -> str:
    """The newest date that the tables name stands for the document's own: it must not change from day to day."""
    rows = chain.from_iterable(table.rows for table in tables.values())
    times = (_normal_time(row.cells.get(column, "")) for row in rows for column in ("date_from", "date_of_calibration"))
    return max((time[:10] for time in times if NORMAL_TIME.match(time)), default=NO_DATE)
