"""What differs between two states of a station's metadata: part by part, however they were written.

A dated entry is found again by what it is (a serial number, a column's name) and by when it began, so that a mended
date or number is one change, and not something that went and something that came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from loaders.metadata.checks import LISTS, Path, as_text, json_path
from loaders.metadata.point_names import point_names
from loaders.metadata.task43 import clock_time

Part = dict[str, Any]
Kind = Literal["added", "removed", "changed"]

STATION = ("measurement_location", 0)
POINTS = "measurement_point"
MAST = "mast_properties"
DATES = ("date_from", "date_to")
KNOWN_AS = "known as"  # no key of a document: the name that a point goes by here

# By which keys an entry is found again, the surest first; entries of other lists by when they began
SAME: Mapping[str, tuple[tuple[str, ...], ...]] = {
    POINTS: ((KNOWN_AS,),),
    "logger_main_config": (("logger_serial_number", "date_from"), ("date_from",), ("logger_serial_number",)),
    "sensor": (("serial_number", "date_from"), ("date_from",), ("serial_number",)),
    "calibration": (
        ("date_of_calibration", "measurement_type_id", "calibration_id"),
        ("date_of_calibration", "measurement_type_id"),
        ("measurement_type_id", "slope", "offset", "sensitivity"),
    ),
    "column_name": (("column_name", "statistic_type_id"), ("column_name",), ("statistic_type_id",)),
    "interference_structures": (("structure_type_id", "date_from"), ("date_from",)),
    "calibration_uncertainty": (("reference_bin",),),
    "mast_section_geometry": (("uuid",), ("mast_section_height_mm",)),
}
BY_BEGIN = (("date_from",), ("date_to",))

# What tells an entry from its neighbours, as a person names it
TITLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "logger_main_config": (("", "logger_serial_number"), ("from", "date_from")),
    "sensor": (("", "serial_number"), ("from", "date_from")),
    "calibration": (("of", "date_of_calibration"),),
    "column_name": (("", "column_name"),),
    "interference_structures": (("", "structure_type_id"), ("from", "date_from")),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that came, went or says something else.

    Attributes:
        measurement_point: whose it is; None for the station and the head of its document.
        entry: which of its entries, as a person names it; empty for the point or station itself.
        path: where it stands in the station's document, the older one for what was removed.
        before: what it said, whole or only the keys that changed; None where it is new.
        after: what it says now; None where it is gone.
    """

    measurement_point: str | None
    entry: str
    kind: Kind
    path: str
    before: Part | None
    after: Part | None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a part stands, for programs and for people."""

    path: Path
    measurement_point: str | None = None
    entry: str = ""

    def change(self, kind: Kind, before: Part | None, after: Part | None) -> Change:
        return Change(self.measurement_point, self.entry, kind, json_path(self.path), before, after)

    def inner(self, key: str, position: int, entry: Part) -> _Place:
        path = (*self.path, key, position)
        if key == POINTS:
            return _Place(path, entry.get(KNOWN_AS))
        return _Place(path, self.measurement_point, ", ".join(filter(None, (self.entry, _title(key, entry)))))


def differences(before: Part, after: Part) -> list[Change]:
    """All that differs between two documents of one station each; keys that say nothing don't count."""
    older, newer = _stated(before), _stated(after)
    (was,), (now,) = older.pop(STATION[0]), newer.pop(STATION[0])
    for station in (was, now):
        names = point_names(station.get(POINTS, ()))
        station[POINTS] = [
            {KNOWN_AS: name, **point} for name, point in zip(names, station.get(POINTS, ()), strict=True)
        ]
    return [
        *_of_parts(older, newer, _Place((), entry="document")),
        *_of_parts(was, now, _Place(STATION)),
    ]


def _stated(value: Any) -> Any:
    """A value without keys that say nothing, and with its dates written in one way."""
    if isinstance(value, list):
        return [_stated(child) for child in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _stated(child) for key, child in value.items()}
    if kept.get("is_ignored") is False:
        del kept["is_ignored"]
    kept |= {key: clock_time(kept[key]).isoformat() for key in DATES if _is_date(kept.get(key))}
    return {key: child for key, child in kept.items() if child not in (None, [], {})}


def _of_parts(before: Part, after: Part, place: _Place) -> Iterator[Change]:
    keys = list(dict.fromkeys([*before, *after]))
    lists = [key for key in keys if key in LISTS and all(_are_entries(part.get(key, [])) for part in (before, after))]
    has_mast = all(isinstance(part.get(MAST, {}), dict) for part in (before, after))
    own = [key for key in keys if key not in lists and not (key == MAST and has_mast)]
    changed = [key for key in own if as_text(before.get(key)) != as_text(after.get(key))]
    if changed:
        was, now = ({key: part.get(key) for key in changed} for part in (before, after))
        yield place.change("changed", was, now)
    if MAST in keys and has_mast:
        yield from _of_parts(before.get(MAST, {}), after.get(MAST, {}), _Place((*place.path, MAST), entry=MAST))
    for key in lists:
        yield from _of_lists(key, before.get(key, []), after.get(key, []), place)


def _are_entries(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _of_lists(key: str, before: list[Part], after: list[Part], place: _Place) -> Iterator[Change]:
    pairs = _pairs(key, before, after)
    for new, old in sorted(pairs.items()):
        yield from _of_parts(before[old], after[new], place.inner(key, new, before[old]))
    for old in sorted(set(range(len(before))) - set(pairs.values())):
        yield place.inner(key, old, before[old]).change("removed", _shown(before[old]), None)
    for new in sorted(set(range(len(after))) - pairs.keys()):
        yield place.inner(key, new, after[new]).change("added", None, _shown(after[new]))


def _pairs(key: str, before: list[Part], after: list[Part]) -> dict[int, int]:
    """Positions of the entries that are the same one: after, and before."""
    pairs: dict[int, int] = {}
    for keys in (None, *SAME.get(key, BY_BEGIN)):
        free: dict[str, list[int]] = {}
        for old in sorted(set(range(len(before))) - set(pairs.values())):
            free.setdefault(_identity(before[old], keys), []).append(old)
        for new in sorted(set(range(len(after))) - pairs.keys()):
            if free.get(_identity(after[new], keys)):
                pairs[new] = free[_identity(after[new], keys)].pop(0)
    return pairs


def _identity(part: Part, keys: tuple[str, ...] | None) -> str:
    return as_text(part if keys is None else [part.get(key) for key in keys])


def _title(key: str, entry: Part) -> str:
    known = [(word, entry[name]) for word, name in TITLES.get(key, (("from", "date_from"),)) if name in entry]
    return " ".join([key, *(f"{word} {as_said(value)}".strip() for word, value in known)])


def _shown(part: Part) -> Part:
    return {key: value for key, value in part.items() if key != KNOWN_AS}


def as_said(value: object) -> str:
    """A value as a person reads it: dates without the seconds that they don't need."""
    text = value if isinstance(value, str) else as_text(value)
    if "T" not in text or not _is_date(text):
        return text
    moment = clock_time(text)
    return moment.isoformat(" ", "auto" if moment.second else "minutes").removesuffix(" 00:00")


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(clock_time(value))
    except ValueError:
        return False
