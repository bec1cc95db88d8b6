"""Documents made by the rules of the published JSON schema, for hypothesis to vary; and what its rules forbid."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)).map(
    lambda time: time.replace(microsecond=0).isoformat()
)
DATES = TIMES.map(lambda time: time[:10])

# What no schema can say: a clock on earth, names that can be told apart, versions that there are
BEYOND_THE_SCHEMA = {
    "version": st.sampled_from(["1.0.0-2022.01", "1.1.0-2022.06", "1.2.0-2023.01", "1.3.0-2024.03"]),
    "offset_from_utc_hrs": st.none() | st.floats(-14, 14) | st.integers(-14, 14),
    "averaging_period_minutes": st.none() | st.integers(1, 525_600),
    "column_name": TEXTS.map(lambda text: f"c{text}"),
    "logger_serial_number": TEXTS.map(lambda text: f"7{text}"),
}
LONGEST_LIST = 2


def documents(schema: Schema, *, sensible: bool) -> st.SearchStrategy[Any]:
    """Valid documents of a schema; sensible ones also keep to what it can't say, so that we must take them."""
    made = _values(schema, schema, sensible=sensible)
    return made.map(lambda document: _made_sensible(document) if sensible else document)


def parts_of(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all that a document holds."""
    keyed = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, child in keyed for found in [(*path, key), *parts_of(child, (*path, key))]]


def _values(part: Schema, schema: Schema, *, sensible: bool) -> st.SearchStrategy[Any]:
    if "$ref" in part:
        part = {**schema["definitions"][part["$ref"].rpartition("/")[2]], **part}
    if "enum" in part:
        return st.sampled_from(part["enum"])
    types = part["type"] if isinstance(part["type"], list) else [part["type"]]
    return st.one_of(*(_of_type(kind, part, schema, sensible=sensible) for kind in types))


def _of_type(kind: str, part: Schema, schema: Schema, *, sensible: bool) -> st.SearchStrategy[Any]:
    least, most = part.get("minimum", -1e6), part.get("maximum", 1e6)
    whole = st.integers(int(least), int(most))
    plain = {
        "null": st.none(),
        "boolean": st.booleans(),
        "integer": whole,
        "number": st.floats(least, most) | whole,
        "string": _texts(part),
    }
    if kind == "array":
        items = _values(part["items"], schema, sensible=sensible)
        unique = st.lists(items, max_size=LONGEST_LIST, unique_by=lambda item: json.dumps(item, sort_keys=True))
        return unique.filter(_differ)
    return plain[kind] if kind in plain else _objects(part, schema, sensible=sensible)


def _objects(part: Schema, schema: Schema, *, sensible: bool) -> st.SearchStrategy[dict[str, Any]]:
    fields = {
        key: BEYOND_THE_SCHEMA[key]
        if sensible and key in BEYOND_THE_SCHEMA and child.get("type") != "array"
        else _values(child, schema, sensible=sensible)
        for key, child in part["properties"].items()
    }
    needed = {key: fields[key] for key in part.get("required", ())}
    others = {key: fields[key] for key in fields.keys() - needed.keys()}
    return st.fixed_dictionaries(needed, optional=dict(sorted(others.items()))).map(_loggers_or_model)


def _texts(part: Schema) -> st.SearchStrategy[str]:
    if "pattern" in part:
        # digits of other scripts are digits of the pattern too, and of no version or class
        return st.from_regex(re.compile(part["pattern"], re.ASCII), fullmatch=True)
    formats = {"date-time": TIMES, "date": DATES, "uuid": st.uuids().map(str)}
    return formats.get(part.get("format", ""), TEXTS)


def _differ(items: list[Any]) -> bool:
    """JSON Schema takes 0 and 0.0 for the same."""
    return all(item not in items[:position] for position, item in enumerate(items))


def _loggers_or_model(part: dict[str, Any]) -> dict[str, Any]:
    """A station has either, which the schema says apart from all else."""
    if "logger_main_config" in part:
        part.pop("model_config", None)
    return part


def _made_sensible(document: Any) -> Any:
    """With at least one station, names that differ, and periods that end after they begin."""
    stations = document["measurement_location"] or [
        {
            "name": "",
            "latitude_ddeg": 0,
            "longitude_ddeg": 0,
            "measurement_station_type_id": "solar",
            "measurement_point": [],
        }
    ]
    for position, station in enumerate(stations):
        station["name"] = f"station {position} {station['name']}".encode("ascii", "ignore").decode()
        for number, point in enumerate(station["measurement_point"]):
            point["name"] = f"p{number} {point['name']}"
    _turned(stations)
    return {**document, "measurement_location": stations}


def _turned(value: Any) -> None:
    if isinstance(value, dict):
        if value.get("date_from") and value.get("date_to"):
            value["date_from"], value["date_to"] = sorted((value["date_from"], value["date_to"]))
        for child in value.values():
            _turned(child)
    elif isinstance(value, list):
        for child in value:
            _turned(child)
