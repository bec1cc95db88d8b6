"""The cells of one row of a team's table: read as what they must be, with all that is wrong told by line and column."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from datetime import date, datetime

from loaders.csv_table import Row
from loaders.metadata.slug import slug
from loaders.metadata.task43 import DATE_TIME, clock_time
from loaders.problems import Problem, one_of, suggestion

NUMBER = re.compile(r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Cells:
    """One row. What is read of a blank or wrong cell is None, or blank for words; `problems` has what is wrong."""

    def __init__(self, table: str, row: Row) -> None:
        self._place = f"{table}, line {row.line}"
        self._cells = row.cells
        self.line = row.line
        self.problems: list[Problem] = []

    def __getitem__(self, column: str) -> str:
        return self._cells.get(column, "")

    def said(self, columns: Collection[str]) -> tuple[str, ...]:
        """What the row says in these columns, however it writes its station."""
        return tuple(slug(self[column]) if column == "station" else self[column] for column in columns)

    def wrong(self, column: str, expected: str, remedy: str = "") -> None:
        """Note that a cell is not as it must be."""
        found = f'"{self[column]}"' if self[column] else "a blank cell"
        self.problems.append(Problem(f"{self._place}, column {column}", found, expected, remedy))

    def word(self, column: str, words: Collection[str], what: str, remedy: str = "") -> str:
        """A cell that is one of these words, or blank."""
        cell = self[column]
        if cell and cell not in words:
            self.wrong(column, one_of(words, what), suggestion(cell, words) or remedy)
            return ""
        return cell

    def station(self, stations: Collection[str]) -> str:
        """The slug of the station that is named, by its name or its slug; blank where none is."""
        named = self["station"]
        if named and slug(named) not in stations:
            brings = "stationmanager metadata import FILE.json (or a folder of CSV tables) brings a station in"
            self.wrong("station", one_of(stations, "station"), suggestion(slug(named), stations) or brings)
        return slug(named)

    def number(self, column: str) -> float | None:
        """A cell that is a number, with a point and no unit behind it."""
        cell = self[column]
        if not cell:
            return None
        number = float(cell) if NUMBER.fullmatch(cell) else math.nan
        if not math.isfinite(number):
            self.wrong(column, "a number like 0.5", "write it with a point, and without its unit")
            return None
        return number

    def time(self, column: str) -> datetime | None:
        """A cell that is a time on the logger's clock."""
        cell = self[column]
        match = DATE_TIME.fullmatch(cell)
        try:
            if match and not match["zone"]:
                return clock_time(cell)
        except ValueError:
            pass
        if cell:
            self.wrong(column, "a time of the logger's clock, without a zone, like 2016-01-09 15:30 or 2016-01-09")
        return None

    def day(self, column: str) -> date | None:
        """A cell that is a day."""
        cell = self[column]
        try:
            if DAY.fullmatch(cell):
                return date.fromisoformat(cell)
        except ValueError:
            pass
        if cell:
            self.wrong(column, "a day like 2016-01-09")
        return None
