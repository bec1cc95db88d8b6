"""Changes of metadata as lines for a person: one a change, and one for all points that it happened to alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from loaders.metadata.differences import Change, as_said

NAMED = 3  # points of one line: who changed all 126 of a buoy wants to know what, not where
LENGTH = 60
FOR_PROGRAMS = frozenset(("uuid", "update_at", "mast_section_geometry_uuid"))
IN_THE_TITLE = frozenset(
    ("name", "serial_number", "logger_serial_number", "column_name", "structure_type_id")
    + ("date_from", "date_of_calibration")
)


def change_lines(changes: Sequence[Change]) -> list[str]:
    """`Spd80mN, sensor A1 from 2016-01-09 15:30: serial_number A1 -> A2`."""
    points: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        points.setdefault((change.entry, _what(change)), []).append(change.measurement_point or "")
    return [
        ": ".join([", ".join(filter(None, (_names(of), entry))) or "station", what])
        for (entry, what), of in points.items()
    ]


def _names(points: list[str]) -> str:
    known = list(dict.fromkeys(points))
    rest = len(known) - NAMED
    return ", ".join(known) if rest <= 1 else f"{', '.join(known[:NAMED])} and {rest} more"


def _what(change: Change) -> str:
    before, after = change.before or {}, change.after or {}
    if change.kind == "changed":
        return ", ".join(f"{key} {_value(key, before.get(key))} -> {_value(key, after.get(key))}" for key in after)
    return ", ".join(filter(None, [change.kind, *_facts(after or before)]))


def _facts(part: dict[str, Any]) -> Iterator[str]:
    """What a whole entry says beside its title, its own entries as their number."""
    for key, value in part.items():
        if isinstance(value, list):
            yield f"{len(value)} {key}"
        elif key not in FOR_PROGRAMS | IN_THE_TITLE and not isinstance(value, dict):
            yield f"{key} {_value(key, value)}"


def _value(key: str, value: object) -> str:
    if value is None:
        return "open" if key == "date_to" else "not stated"
    said = as_said(value)
    return said if len(said) <= LENGTH else f"{said[:LENGTH]}..."
