"""Flags from a CSV file, as analysts pass them on: Sensor, Start, Stop, Reason.

Station, Measurement Point, Measurement Type, Statistic and Remark if wanted; a measurement point or type may stand
instead of the sensor. Blank Start: from the beginning; blank Stop: until now and on. Reasons of other systems are kept
as they are.
"""

from __future__ import annotations

from collections.abc import Callable

from database.connection import Connection
from database.errors import UsageError
from loaders import csv_table
from loaders.csv_table import Row
from loaders.flag_rules import FlagRules, NewFlag
from loaders.metadata import stored
from loaders.metadata.slug import slug
from loaders.problems import Problem, one_of, refuse, suggestion

COLUMNS = {
    "sensor": "Sensor",
    "measurement_point": "Measurement Point",
    "measurement_type": "Measurement Type",
    "from": "Start",
    "to": "Stop",
    "reason": "Reason",
    "remark": "Remark",
    "statistic": "Statistic",
}
STATION = "Station"
REQUIRED = ("Start", "Stop", "Reason")
TARGETS = ("Sensor", "Measurement Point", "Measurement Type")  # one of them is needed
MEND = "correct these rows and import the file again; nothing of it was imported"


def read_flags(connection: Connection, content: bytes, path: str, *, station: str | None) -> list[NewFlag]:
    """All flags of a file. Raises UsageError with every row that is wrong."""
    table = csv_table.read(content, path, known=(STATION, *COLUMNS.values()), required=_required(content, path))
    default = None if station is None else stored.find_station(connection, station)
    refuse(() if table.rows else table.problems, path, MEND, UsageError)
    stations = sorted(stored.stations(connection))
    if STATION not in table.columns and default is None:
        default = only_station(stations, path)
    rules = FlagRules(connection)
    problems = list(table.problems)
    flags: list[NewFlag] = []
    for row in table.rows:
        found, unknown = _station(row, path, stations, default)
        if unknown:
            problems.append(unknown)
            continue
        flag, wrong = rules.judge(found, *_written(row, path))
        flags.append(flag)
        problems += wrong
    refuse(problems, path, MEND, UsageError)
    return flags


def _required(content: bytes, path: str) -> tuple[str, ...]:
    """The columns that a table needs: Sensor too, where nothing else says what is erroneous."""
    columns = csv_table.read(content, path, known=(STATION, *COLUMNS.values()), required=()).columns
    return REQUIRED if set(TARGETS[1:]) & set(columns) else (TARGETS[0], *REQUIRED)


def only_station(stations: list[str], path: str) -> str:
    """The station that a file means which names none."""
    if len(stations) == 1:
        return stations[0]
    if not stations:
        remedy = "stationmanager metadata import FILE.json (or a folder of CSV tables)"
        raise UsageError("there is no station yet", "metadata", remedy)
    remedy = f"name it with --station, or in a column {STATION}"
    raise UsageError(f"found no station, expected {one_of(stations, 'station')}", path, remedy)


def _station(row: Row, path: str, stations: list[str], default: str | None) -> tuple[str, Problem | None]:
    """The station of a row: its own, or else the one that was named."""
    named = row.cells.get(STATION, "")
    if not named and default is not None:
        return default, None
    known = slug(named) in stations
    found = f'"{named}"' if named else "a blank cell"
    place = f"{path}, line {row.line}, column {STATION}"
    problem = Problem(place, found, one_of(stations, "station"), suggestion(named, stations))
    return slug(named), None if known else problem


def _written(row: Row, path: str) -> tuple[dict[str, str | None], Callable[[str], str]]:
    """The row in the words of a flag, and where each of them stands."""
    written = {key: row.cells.get(column) for key, column in COLUMNS.items()}
    return written, lambda key: f"{path}, line {row.line}, column {COLUMNS[key]}"
