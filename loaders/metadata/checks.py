"""What a document must hold to as a whole. The parts may be of any shape: what a part gets wrong is told elsewhere."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

from loaders.metadata.point_names import as_known, is_number
from loaders.metadata.slug import slug
from loaders.metadata.task43 import DATE_TIME
from loaders.problems import Problem

Path: TypeAlias = tuple[str | int, ...]
Located: TypeAlias = tuple[Path, Problem]

HISTORIES = ("logger_measurement_config", "sensor", "mounting_arrangement")
LISTS = frozenset(
    (*HISTORIES, "measurement_location", "measurement_point", "logger_main_config", "model_config", "lidar_config")
    + ("vertical_profiler_properties", "column_name", "calibration", "calibration_uncertainty")
    + ("interference_structures", "mast_section_geometry")
)


def problems_of_the_whole(document: object) -> Iterator[Located]:
    """All that no part can see of itself."""
    yield from _not_storable(document, ())
    yield from _said_twice(document, ())
    stations = list(_objects(document, "measurement_location", ()))
    yield from _repeated(stations, known_as=slug)
    for path, station in stations:
        yield from _points_of_one_name(list(_objects(station, "measurement_point", path)))
        yield from _foreign_zones(station, path)
        if station.get("logger_main_config") and station.get("model_config"):
            expected = "either loggers or a model, which is logger_main_config or model_config"
            yield (*path, "model_config"), Problem("", "both", expected)


def _objects(parent: object, key: str, path: Path) -> Iterator[tuple[Path, dict[str, object]]]:
    children = parent.get(key) if isinstance(parent, dict) else None
    for position, child in enumerate(children if isinstance(children, list) else []):
        if isinstance(child, dict):
            yield (*path, key, position), child


def _repeated(parts: list[tuple[Path, dict[str, object]]], known_as: Callable[[str], str]) -> Iterator[Located]:
    """Names that can't tell two parts from each other; stations are known as their slug."""
    seen: set[str] = set()
    for path, part in parts:
        name = part.get("name")
        if not isinstance(name, str) or not name.strip():
            continue
        short, found = known_as(name), json.dumps(name, ensure_ascii=False)
        if not short:
            yield (*path, "name"), Problem("", found, "a name with plain letters or digits (a-z, 0-9)")
        elif short in seen:
            yield (*path, "name"), Problem("", found, "a name of its own, which no part before it has")
        seen.add(short)


def _points_of_one_name(points: list[tuple[Path, dict[str, object]]]) -> Iterator[Located]:
    """Points whose name is another's too, unless the heights of both tell them apart."""
    heights: dict[str, list[object]] = {}
    for path, point in points:
        name, height = point.get("name"), point.get("height_m")
        if not isinstance(name, str) or not name.strip():
            continue
        before = heights.setdefault(name, [])
        if before and (height is None or None in before or height in before):
            found = json.dumps(name, ensure_ascii=False)
            yield (*path, "name"), Problem("", found, "a name of its own, or a height of its own that tells it apart")
        before.append(height)
    shared = {name for name, those in heights.items() if len(those) > 1}
    made = {as_known(name, height) for name in shared for height in heights[name] if is_number(height)}
    for path, point in points:
        if isinstance(point.get("name"), str) and point["name"] in made:
            found = json.dumps(point["name"], ensure_ascii=False)
            yield (*path, "name"), Problem("", found, "another name: points that share theirs are known by it")


def _said_twice(value: object, path: Path) -> Iterator[Located]:
    """Elements of the data model's lists that are the same as one before them."""
    if not isinstance(value, dict):
        return
    for key, children in value.items():
        seen: set[str] = set()
        for position, child in enumerate(children if key in LISTS and isinstance(children, list) else []):
            if isinstance(child, dict):
                said = as_text(child)
                if said in seen:
                    yield (*path, key, position), Problem("", "what stands in the list before", "each once")
                seen.add(said)
                yield from _said_twice(child, (*path, key, position))


def as_text(value: object) -> str:
    """JSON in which what means the same is written the same; 80.0 is 80."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _foreign_zones(station: dict[str, object], path: Path) -> Iterator[Located]:
    """Dates with a zone that is not the loggers': the document's rule is that both are the same."""
    loggers = list(_objects(station, "logger_main_config", path))
    offsets = {offset for _, logger in loggers if isinstance(offset := logger.get("offset_from_utc_hrs"), int | float)}
    parts = [*loggers]
    for point_path, point in _objects(station, "measurement_point", path):
        for history in HISTORIES:
            parts += _objects(point, history, point_path)
    for part_path, part in parts if offsets else []:
        for key in ("date_from", "date_to"):
            hours = _zone_hours(part.get(key))
            if hours is not None and hours not in offsets:
                expected = f"the logger's own clock, at UTC{_signed(min(offsets))}, or no zone at all"
                yield (*part_path, key), Problem("", json.dumps(part[key]), expected)


def _zone_hours(text: object) -> float | None:
    match = DATE_TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None or match["zone"] is None:
        return None
    if match["zone"] == "Z":
        return 0.0
    sign, hours, minutes = match["zone"][0], int(match["zone"][1:3]), int(match["zone"][4:])
    return (hours + minutes / 60) * (-1 if sign == "-" else 1)


def _signed(hours: float) -> str:
    return f"{hours:+g} h"


def _not_storable(value: object, path: Path) -> Iterator[Located]:
    """Texts and numbers that JSON may hold and the database can't."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _not_storable(key, (*path, key))
            yield from _not_storable(child, (*path, key))
    elif isinstance(value, list):
        for position, child in enumerate(value):
            yield from _not_storable(child, (*path, position))
    elif isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            yield path, Problem("", "a character that is none", "text in Unicode")
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, Problem("", str(value), "a number that fits")


def json_path(path: Path) -> str:
    """`measurement_location[0].measurement_point[3].name`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".").encode("unicode_escape").decode()
