"""What the last import of a station changed is told entry by entry, and nothing is told where nothing changed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.connection import Connection, connect
from database.errors import UsageError
from database.home import Home
from loaders.metadata.change_lines import change_lines
from loaders.metadata.differences import Change, differences
from loaders.metadata.history import last_import
from loaders.metadata.importing import ImportResult, Timestamps, import_metadata
from loaders.metadata.validating import problems_of
from tests.commands import run
from tests.loaders.metadata_documents import Document, document, mast, tables
from tests.loaders.test_metadata_task43 import JSON_VALUES, PLACES, replaced


def take(
    loader: Connection, path: Path, utc_offset_hours: float | None = None, timestamps: Timestamps | None = None
) -> ImportResult:
    return import_metadata(
        loader, path, utc_offset_hours=utc_offset_hours, timestamps=timestamps, imported_by="the test"
    )


def written(file: Path, content: Document) -> Path:
    file.write_text(json.dumps(content))
    return file


def point(content: Document, position: int = 0) -> Document:
    found: Document = mast(content)["measurement_point"][position]
    return found


def first(content: Document, key: str) -> Document:
    """The first entry of the anemometer's history."""
    found: Document = point(content)[key][0]
    return found


def new_sensor(content: Document) -> None:
    point(content)["sensor"][1]["date_to"] = "2018-01-01T00:00:00"
    point(content)["sensor"].append(
        {
            "serial_number": "C1",
            "date_from": "2018-01-01T00:00:00",
            "date_to": None,
            "calibration": [{"slope": 0.0462, "offset": 0.21}],
        }
    )


def turned_about(content: Document) -> None:
    mast(content)["measurement_point"].reverse()
    for key in ("sensor", "logger_measurement_config"):
        point(content, 1)[key].reverse()


SETTING = "Spd80mN, logger_measurement_config from 2016-01-09 15:30"
CASES: list[tuple[str, Callable[[Document], object], list[str]]] = [
    ("nothing", lambda _: None, []),
    ("lists in another order", turned_about, []),
    ("null for nothing", lambda content: first(content, "sensor").update(model=None, calibration_id=None), []),
    ("another way to write a date", lambda content: first(content, "sensor").update(date_to="2016-06-01"), []),
    (
        "a certificate's number",
        lambda content: first(content, "sensor")["calibration"][0].update(slope=0.041),
        ["Spd80mN, sensor A1 from 2016-01-09 15:30, calibration of 2015-08-19: slope 0.04 -> 0.041"],
    ),
    (
        "a serial number",
        lambda content: first(content, "sensor").update(serial_number="A2"),
        ["Spd80mN, sensor A1 from 2016-01-09 15:30: serial_number A1 -> A2"],
    ),
    (
        "the date of an exchange",
        lambda content: (
            point(content)["sensor"][0].update(date_to="2016-06-02T10:00:30"),
            point(content)["sensor"][1].update(date_from="2016-06-02T10:00:30"),
        ),
        [
            "Spd80mN, sensor A1 from 2016-01-09 15:30: date_to 2016-06-01 -> 2016-06-02 10:00:30",
            "Spd80mN, sensor B1 from 2016-06-01: date_from 2016-06-01 -> 2016-06-02 10:00:30",
        ],
    ),
    (
        "an exchanged sensor",
        new_sensor,
        [
            "Spd80mN, sensor B1 from 2016-06-01: date_to open -> 2018-01-01",
            "Spd80mN, sensor C1 from 2018-01-01: added, 1 calibration",
        ],
    ),
    (
        "a sensor that was none",
        lambda content: point(content)["sensor"].pop(),
        ["Spd80mN, sensor B1 from 2016-06-01: removed"],
    ),
    (
        "a setting",
        lambda content: first(content, "logger_measurement_config").update(slope=None, offset=0),
        [
            f"{SETTING}: slope 0.05 -> not stated, offset 0.2 -> 0",
        ],
    ),
    (
        "a renamed and an ignored column",
        lambda content: (
            first(content, "logger_measurement_config")["column_name"][0].update(column_name="CH5"),
            first(content, "logger_measurement_config")["column_name"][1].update(is_ignored=True),
        ),
        [
            f"{SETTING}, column_name Spd80mN: column_name Spd80mN -> CH5",
            f"{SETTING}, column_name Spd80mNStd: is_ignored not stated -> true",
        ],
    ),
    (
        "a mounting",
        lambda content: first(content, "mounting_arrangement").update(boom_orientation_deg=180),
        ["Spd80mN, mounting_arrangement from 2016-01-09 15:30: boom_orientation_deg 360 -> 180"],
    ),
    (
        "the station, its mast, its logger and the document",
        lambda content: (
            content.update(date="2024-06-01"),
            mast(content).update(latitude_ddeg=53.4),
            mast(content)["mast_properties"].update(mast_height_m=82),
            mast(content)["logger_main_config"][0].update(logger_serial_number="0043"),
        ),
        [
            "document: date 2024-05-01 -> 2024-06-01",
            "station: latitude_ddeg 53.3 -> 53.4",
            "mast_properties: mast_height_m 80 -> 82",
            "logger_main_config 0042 from 2016-01-09 15:30: logger_serial_number 0042 -> 0043",
        ],
    ),
    (
        "a point more and one less",
        lambda content: point(content, 1).update(name="Dir76m"),
        [
            "Dir78m: removed, measurement_type_id wind_direction, 1 logger_measurement_config",
            "Dir76m: added, measurement_type_id wind_direction, 1 logger_measurement_config",
        ],
    ),
]


@pytest.mark.parametrize(("spoil", "told"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_change_is_one_line_that_names_its_entry(
    loader: Connection, tmp_path: Path, spoil: Callable[[Document], object], told: list[str]
) -> None:
    take(loader, written(tmp_path / "mast.json", document()))
    content = document()
    spoil(content)
    take(loader, written(tmp_path / "mast.json", content))
    assert change_lines(last_import(loader, "Hill Mast").changes) == told


def test_a_change_at_many_points_is_one_line() -> None:
    before = document()
    points = [{**point(before), "name": f"Spd{height}m", "height_m": height} for height in (100, 80, 60, 40, 20)]
    mast(before)["measurement_point"] = points
    after = copy.deepcopy(before)
    for changed in mast(after)["measurement_point"]:
        changed["logger_measurement_config"][1]["date_to"] = "2018-01-01T00:00:00"
    assert change_lines(differences(before, after)) == [
        "Spd100m, Spd80m, Spd60m and 2 more, logger_measurement_config from 2016-06-01: date_to open -> 2018-01-01"
    ]


def test_every_import_is_kept_and_the_last_is_held_against_the_one_before(loader: Connection, tmp_path: Path) -> None:
    for latitude in (53.3, 53.4, 53.5, 53.3):
        content = document()
        mast(content)["latitude_ddeg"] = latitude
        take(loader, written(tmp_path / "mast.json", content))
    kept: Any = loader.execute(
        "select content #>> '{measurement_location,0,latitude_ddeg}' from metadata.document order by document_id"
    ).fetchall()
    assert [latitude for (latitude,) in kept] == ["53.3", "53.4", "53.5", "53.3"]
    last = last_import(loader, "hill_mast")
    assert (last.now.document_id, last.before and last.before.document_id) == (4, 3)
    assert change_lines(last.changes) == ["station: latitude_ddeg 53.5 -> 53.3"]


def test_imports_of_other_stations_are_no_history_of_this_one(loader: Connection, tmp_path: Path) -> None:
    take(loader, written(tmp_path / "mast.json", document()))
    take(loader, written(tmp_path / "old.json", replaced(document(), ("measurement_location", 0, "name"), "Old Mast")))
    last = last_import(loader, "hill_mast")
    assert (last.now.document_id, last.before, last.changes) == (1, None, [])


def test_the_options_of_an_import_are_changes_too(loader: Connection, tmp_path: Path) -> None:
    content = document()
    mast(content)["logger_main_config"][0].update(offset_from_utc_hrs=None, timestamp_is_end_of_period=None)
    take(loader, written(tmp_path / "mast.json", content), 1)
    take(loader, written(tmp_path / "mast.json", content), 5.5, "end")
    (line,) = change_lines(last_import(loader, "hill_mast").changes)
    assert line.startswith("logger_main_config 0042 from 2016-01-09 15:30: ")
    assert line.endswith(": offset_from_utc_hrs 1 -> 5.5, timestamp_is_end_of_period not stated -> true")


def test_tables_that_say_the_same_as_the_document_before_change_its_head_alone(
    loader: Connection, tmp_path: Path
) -> None:
    take(loader, written(tmp_path / "mast.json", document()))
    (tmp_path / "tables").mkdir()
    for name, rows in tables().items():
        (tmp_path / "tables" / name).write_bytes(rows)
    take(loader, tmp_path / "tables")
    assert {change.entry for change in last_import(loader, "hill_mast").changes} == {"document"}


def test_a_station_that_is_not_there_has_no_history(loader: Connection) -> None:
    with pytest.raises(UsageError, match='there is no station "hill"'):
        last_import(loader, "hill")


def test_the_command_tells_what_changed_or_plainly_that_nothing_did(home: Home, tmp_path: Path) -> None:
    two = document()
    mast(two)["notes"] = "the one that moves"
    two["measurement_location"].append({**mast(document()), "name": "Old Mast"})
    with connect(home, "loader") as loader:
        take(loader, written(tmp_path / "two.json", two))
    assert "hill_mast: import 1 (" in run(home, "metadata", "diff", "hill_mast")
    assert run(home, "metadata", "diff", "Hill Mast").endswith("two.json) is its only one\n")
    point(two)["sensor"][0]["calibration"][0]["slope"] = 0.041
    with connect(home, "loader") as loader:
        take(loader, written(tmp_path / "two.json", two))
    head, *lines = run(home, "metadata", "diff", "hill_mast").splitlines()
    assert ") changed against import 1 (" in head
    assert lines == ["  Spd80mN, sensor A1 from 2016-01-09 15:30, calibration of 2015-08-19: slope 0.04 -> 0.041"]
    assert ") changed nothing against import 1 (" in run(home, "metadata", "diff", "old_mast")
    answer = json.loads(run(home, "metadata", "diff", "hill_mast", "--json"))
    assert (answer["station"], answer["now"]["document_id"], answer["before"]["imported_by"]) == (
        "hill_mast",
        2,
        "the test",
    )
    assert answer["changes"] == [
        {
            "measurement_point": "Spd80mN",
            "entry": "sensor A1 from 2016-01-09 15:30, calibration of 2015-08-19",
            "kind": "changed",
            "path": "measurement_location[0].measurement_point[0].sensor[0].calibration[0]",
            "before": {"slope": 0.04},
            "after": {"slope": 0.041},
        }
    ]
    run(home, "metadata", "diff", "nowhere", expect=1)


@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON_VALUES), min_size=1, max_size=3))
@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.filter_too_much])
def test_what_came_is_what_goes_when_the_import_is_undone(spoiled: list[tuple[tuple[str | int, ...], object]]) -> None:
    before, after = document(), document()
    for path, value in spoiled:
        try:
            replaced(after, path, value)
        except (KeyError, IndexError, TypeError):
            continue
    if problems_of(after):
        return
    there, back = differences(before, after), differences(after, before)
    assert kinds(there) == kinds(back, added="removed", removed="added")
    assert bool(there) == bool(change_lines(there))
    assert differences(after, copy.deepcopy(after)) == []


def kinds(changes: list[Change], **other: str) -> dict[str, int]:
    """How many changes there are of each kind, some of them called otherwise."""
    told = [other.get(change.kind, change.kind) for change in changes]
    return {kind: told.count(kind) for kind in set(told)}
