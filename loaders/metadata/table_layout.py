"""The CSV tables of metadata: which there are, how they hang together, and their columns, which are Task 43's own.

What a table says of a part of the document stands in that part's model, so that both can't differ; here is only what
links a row to its parent, and where in the parent it goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from loaders.metadata import stations, task43

# Programs link parts by them and stamp them; in tables rows stand where they belong, and git knows when they changed
FOR_PROGRAMS = frozenset(("uuid", "mast_section_geometry_uuid", "update_at"))


@dataclass(frozen=True, slots=True)
class Layout:
    """One table: rows of one model, each going into a list of its parent."""

    model: type[task43.Part]
    key: str  # the list in the parent that the rows go into
    links: tuple[str, ...] = ()  # columns that name the parent, beside the station
    optional_links: tuple[str, ...] = ()  # narrow the parents down; blank takes every one
    may_be_missing: bool = False

    @property
    def types(self) -> Mapping[str, frozenset[str]]:
        """JSON types by column."""
        return _types(self.model)

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that every row must fill, and so the table must have."""
        types = self.types
        needed = [name for name, field in self.model.model_fields.items() if field.is_required() and name in types]
        return (*self.links, *(name for name in needed if "null" not in types[name]))

    @property
    def null_if_blank(self) -> frozenset[str]:
        """Keys that the document must have, be it with null; any other blank cell is no key at all."""
        return frozenset(name for name, field in self.model.model_fields.items() if field.is_required())

    @property
    def lists(self) -> frozenset[str]:
        """Lists that the document must have, be they empty."""
        return self.null_if_blank - self.types.keys()


@cache
def _types(model: type[task43.Part]) -> dict[str, frozenset[str]]:
    """JSON types by name, of what is no part of its own."""
    columns = {}
    for name, schema in model.model_json_schema()["properties"].items():
        types = frozenset(option.get("type", "object") for option in schema.get("anyOf", [schema]))
        if not types & {"array", "object"} and name not in FOR_PROGRAMS:
            columns[name] = types
    return columns


class Station(stations.MeasurementLocation):
    """A row of stations.csv: the station, and its mast in the same row."""

    mast_geometry_id: str | None = None
    mast_oem: str | None = None
    mast_serial_number: str | None = None
    mast_model: str | None = None
    mast_height_m: task43.Number | None = None


POINT = ("measurement_point",)
STATIONS = "stations.csv"

# In the order in which parents come before their children
LAYOUTS = {
    STATIONS: Layout(Station, "measurement_location"),
    "loggers.csv": Layout(stations.LoggerMainConfig, "logger_main_config"),
    "lidar_configs.csv": Layout(
        stations.LidarConfig, "lidar_config", ("logger_serial_number",), ("logger_date_from",), may_be_missing=True
    ),
    "vertical_profiler_properties.csv": Layout(
        stations.VerticalProfilerProperties, "vertical_profiler_properties", may_be_missing=True
    ),
    "measurement_points.csv": Layout(task43.MeasurementPoint, "measurement_point"),
    "logger_measurement_configs.csv": Layout(task43.LoggerMeasurementConfig, "logger_measurement_config", POINT),
    "column_names.csv": Layout(task43.ColumnName, "column_name", POINT, ("config_date_from",)),
    "sensors.csv": Layout(task43.Sensor, "sensor", POINT, may_be_missing=True),
    "mountings.csv": Layout(task43.MountingArrangement, "mounting_arrangement", POINT, may_be_missing=True),
    "interference_structures.csv": Layout(
        task43.InterferenceStructure, "interference_structures", POINT, may_be_missing=True
    ),
    "calibrations.csv": Layout(
        task43.Calibration,
        "calibration",
        optional_links=("serial_number", "measurement_point", "sensor_date_from"),
        may_be_missing=True,
    ),
}


def columns_of(name: str) -> tuple[str, ...]:
    """All columns that a table may have."""
    layout = LAYOUTS[name]
    station = () if name == STATIONS else ("station",)
    return (*station, *layout.links, *layout.optional_links, *layout.types)


def value_of(cell: str, types: frozenset[str]) -> Any:
    """A cell as JSON's own type; text that is none of the kind stays text, and the model says so."""
    if "boolean" in types:
        return {"true": True, "false": False, "1": True, "0": False}.get(cell.lower(), cell)
    if types & {"number", "integer"}:
        return _number(cell, whole="number" not in types)
    return cell


def _number(cell: str, *, whole: bool) -> int | float | str:
    if "_" in cell or not cell.isascii():  # Python's own extensions
        return cell
    try:
        return int(cell)
    except ValueError:
        pass
    try:
        return cell if whole else float(cell)
    except ValueError:
        return cell
