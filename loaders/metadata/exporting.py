"""Gives a station back as an IEA Wind Task 43 document of version 1.3, which any other tool of the field reads.

It says what counts here: the station of its latest import, with what the options of that import filled in. What version
1.3 has no place for stays behind: keys of one's own in most parts, and keys that say nothing.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from database.connection import Connection
from loaders.metadata import stored
from loaders.metadata.checks import as_text, json_path
from loaders.metadata.keys import OPEN, beside_the_model, keys_of
from loaders.metadata.stations import Document
from loaders.metadata.vocabulary import NEWEST_VERSION, NO_PLANT_TYPE

Part = dict[str, Any]


def export(connection: Connection, name: str) -> tuple[Part, list[str]]:
    """The document of a station, given by its slug or name, and the paths of what was left out.

    Raises UsageError where there is no such station.
    """
    found = stored.location(connection, stored.find_station(connection, name))
    whole = stated(found)
    return as_version_1_3(whole), [
        json_path(path) for path, model in beside_the_model(Document, whole, ()) if model not in OPEN
    ]


def stated(found: stored.StoredLocation) -> Part:
    """The document of a stored station alone."""
    return {
        **found.head,
        "measurement_location": [filled(found.content, found.utc_offset_hours, found.timestamps)],
    }


def filled(location: Part, utc_offset_hours: float | None, timestamps: str | None) -> Part:
    """A station whose loggers state what the options of its import said where the document left it open."""
    answers = {
        "offset_from_utc_hrs": utc_offset_hours,
        "timestamp_is_end_of_period": None if timestamps is None else timestamps == "end",
    }
    loggers = [
        {**logger, **{key: said for key, said in answers.items() if said is not None and logger.get(key) is None}}
        for logger in location.get("logger_main_config") or ()
    ]
    return {**location, "logger_main_config": loggers} if loggers else location


def as_version_1_3(document: Part) -> Part:
    """A valid document as one that is valid by version 1.3 too: with the same meaning for all that we use."""
    kept = _kept(Document, document)
    if kept.get("plant_type") == NO_PLANT_TYPE:
        del kept["plant_type"]
    return {**kept, "version": NEWEST_VERSION}


def _kept(model: type[BaseModel], part: Part) -> Part:
    keys = keys_of(model)
    needed = {key for key, field in model.model_fields.items() if field.is_required()}
    kept: Part = {}
    for key, value in part.items():
        if key not in keys:
            if model in OPEN:
                kept[key] = value
        elif isinstance(value, list):
            if value or key in needed:
                kept[key] = _each_once(keys[key], value)
        elif isinstance(value, dict):
            kept[key] = _kept(keys[key] or model, value)
        elif value is not None or key in needed or key == "date_to":
            kept[key] = value
    return kept


def _each_once(model: type[BaseModel] | None, parts: list[Any]) -> list[Any]:
    """The parts of a list, which may have differed only in what was left out."""
    kept = [_kept(model, part) if model else part for part in parts]
    return list({as_text(part): part for part in reversed(kept)}.values())[::-1]
