"""Importing metadata: kept whole, only where something changed, and with the span of what is stale."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.connection import Connection, connect
from database.errors import MetadataError, UsageError
from database.home import Home
from loaders.metadata.importing import ImportResult, Timestamps, import_metadata
from loaders.metadata.validating import problems_of
from tests.loaders.metadata_documents import Document, document, mast, tables
from tests.loaders.test_metadata_task43 import JSON_VALUES, PLACES, replaced


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The small mast as a document."""
    return write(tmp_path / "mast.json", document())


def write(file: Path, content: Document) -> Path:
    file.write_text(json.dumps(content))
    return file


def unstated(content: Document) -> Document:
    """The document without its logger's offset and label."""
    logger = mast(content)["logger_main_config"][0]
    logger.update(offset_from_utc_hrs=None, timestamp_is_end_of_period=None)
    return content


def take(
    loader: Connection, path: Path, utc_offset_hours: float | None = None, timestamps: Timestamps | None = None
) -> ImportResult:
    return import_metadata(
        loader, path, utc_offset_hours=utc_offset_hours, timestamps=timestamps, imported_by="the test"
    )


def rows(loader: Connection, query: str) -> list[Any]:
    return loader.execute(query.encode()).fetchall()


def test_a_document_is_kept_whole(loader: Connection, file: Path) -> None:
    content = document()
    content["our_own"] = {"ratio": 0.1, "words": "Åsen ½"}
    result = take(loader, write(file, content))
    assert result == ImportResult(["hill_mast"], 1, changed=True, warnings=[])
    stored = rows(loader, "select content, kind, tables, path, imported_by from metadata.document")
    assert stored == [(content, "json", None, str(file), "the test")]


def test_tables_are_kept_as_they_came(loader: Connection, tmp_path: Path) -> None:
    for name, content in tables().items():
        (tmp_path / name).write_bytes(content)
    assert take(loader, tmp_path).stations == ["hill_mast"]
    [(content, kind, kept)] = rows(loader, "select content, kind, tables from metadata.document")
    assert (mast(content), kind) == (mast(document()), "tables")
    assert {name: text.encode() for name, text in kept.items()} == tables()


def test_all_time_of_each_station_becomes_stale(loader: Connection, file: Path) -> None:
    content = document()
    content["measurement_location"].append({**mast(document()), "name": "Old Mast"})
    take(loader, write(file, content))
    spans = "select station, channel_id, date_from::text, date_to::text, cause from ops.changed_span order by station"
    assert rows(loader, spans) == [
        ("hill_mast", None, "-infinity", "infinity", "metadata"),
        ("old_mast", None, "-infinity", "infinity", "metadata"),
    ]


def test_what_is_there_already_changes_nothing(loader: Connection, file: Path) -> None:
    take(loader, file)
    file.write_text(json.dumps(document(), indent=4, sort_keys=True))
    assert take(loader, file) == ImportResult(["hill_mast"], None, changed=False, warnings=[])
    assert rows(loader, "select count(*) from metadata.document union all select count(*) from ops.changed_span") == [
        (1,),
        (1,),
    ]


def test_an_older_document_that_is_imported_again_counts_again(loader: Connection, file: Path) -> None:
    take(loader, file)
    newer = document()
    mast(newer)["notes"] = "moved"
    assert take(loader, write(file, newer)).document_id == 2
    assert take(loader, write(file, document())).document_id == 3


def test_a_document_counts_again_where_another_took_over_one_of_its_stations(loader: Connection, file: Path) -> None:
    both = document()
    both["measurement_location"].append({**mast(document()), "name": "Old Mast"})
    moved = document()
    mast(moved)["latitude_ddeg"] = 53.4
    take(loader, write(file, both))
    take(loader, write(file, moved))
    assert take(loader, write(file, both)).document_id == 3


def test_what_is_not_stated_is_warned_of_with_the_option_that_states_it(loader: Connection, file: Path) -> None:
    assert take(loader, write(file, unstated(document()))).warnings == [
        "hill_mast, logger 0042: its offset from UTC is not stated; import again with --utc-offset HOURS",
        "hill_mast, logger 0042: what its stamps mark is not stated; import again with --timestamps begin|end",
    ]


def test_a_key_that_the_data_model_does_not_have_is_warned_of_and_kept(loader: Connection, file: Path) -> None:
    content = document()
    content["our_own"] = "the head of a document is open to keys of one's own"
    mast(content)["logger_main_config"][0] |= {"our_own": 1, "offset_from_utc_hr": 1}
    point = mast(content)["measurement_point"][0]
    point["sensor"][0]["calibration"][0]["slop"] = 0.04
    point["logger_measurement_config"][0]["column_name"][1]["our_own"] = True
    station = "measurement_location[0]"
    point_path = f"{station}.measurement_point[0]"
    told = "found a key that is not used, expected one of the data model"
    assert take(loader, write(file, content)).warnings == [
        f"{station}.logger_main_config[0].offset_from_utc_hr: {told}; did you mean offset_from_utc_hrs?",
        f"{point_path}.logger_measurement_config[0].column_name[1].our_own: {told}",
        f"{point_path}.sensor[0].calibration[0].slop: {told}; did you mean slope?",
    ]
    assert rows(loader, "select content from metadata.document") == [(content,)]


def test_a_station_that_takes_the_place_of_one_with_another_name_is_warned_of(loader: Connection, file: Path) -> None:
    take(loader, file)
    other = replaced(document(), ("measurement_location", 0, "name"), "HILL-MAST")
    (warning,) = take(loader, write(file, other)).warnings
    assert warning.startswith('hill_mast: "HILL-MAST" takes the place of "Hill Mast"; ')
    assert warning.endswith("its name must differ by more than case and signs")


def test_an_option_is_kept_until_another_is_given(loader: Connection, file: Path) -> None:
    write(file, unstated(document()))
    take(loader, file)
    assert take(loader, file, 1, "begin") == ImportResult(["hill_mast"], 2, changed=True, warnings=[])
    assert not take(loader, file).changed
    assert not take(loader, file, 1, "begin").changed
    assert take(loader, file, timestamps="end").changed
    newer = unstated(document())
    mast(newer)["notes"] = "moved"
    assert take(loader, write(file, newer)).warnings == []
    assert rows(loader, "select utc_offset_hours, timestamps from metadata.document order by document_id") == [
        (None, None),
        (1, "begin"),
        (1, "end"),
        (1, "end"),
    ]


def test_an_option_that_is_not_given_stays_open_where_stations_differ_in_it(loader: Connection, file: Path) -> None:
    take(loader, write(file, document()), 1)
    take(loader, write(file, replaced(document(), ("measurement_location", 0, "name"), "Old Mast")), 2)
    both = unstated(document())
    both["measurement_location"].append({**mast(document()), "name": "Old Mast"})
    assert len(take(loader, write(file, both)).warnings) == 2
    assert rows(loader, "select utc_offset_hours from metadata.document order by document_id") == [(1,), (2,), (None,)]


@pytest.mark.parametrize("hours", [15, -14.5, float("nan")])
def test_an_offset_that_no_zone_has_is_refused(loader: Connection, file: Path, hours: float) -> None:
    with pytest.raises(UsageError, match=f"found an offset from UTC of {hours:g} hours, expected -14 to 14"):
        take(loader, file, hours)


def test_a_document_that_is_not_valid_leaves_nothing(loader: Connection, file: Path) -> None:
    with pytest.raises(MetadataError, match=r"^date: found 1, expected a text$"):
        take(loader, write(file, replaced(document(), ("date",), 1)))
    assert rows(loader, "select from metadata.document union all select from ops.changed_span") == []


def test_two_imports_at_once_store_a_document_once(home: Home, file: Path) -> None:
    def work() -> None:
        with connect(home, "loader") as connection:
            results.append(take(connection, file))

    results: list[ImportResult] = []
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.changed for result in results) == [False, False, False, True]


@pytest.mark.parametrize(
    ("name", "station", "warnings"),
    [("demo_mast", "demo_mast", 2), ("nrg_mast", "test_mm1", 0), ("floating_lidar", "mde_celticarray_lr1_modified", 0)],
)
def test_a_real_document_is_imported_once(
    loader: Connection, samples: Path, name: str, station: str, warnings: int
) -> None:
    file = samples / "iea_task43" / f"{name}.json"
    result = take(loader, file)
    assert (result.stations, result.changed, len(result.warnings)) == ([station], True, warnings)
    assert not take(loader, file).changed
    assert rows(loader, "select content from metadata.document") == [(json.loads(file.read_text()),)]


@given(st.sampled_from(PLACES), JSON_VALUES)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_valid_can_be_stored(
    loader: Connection, file: Path, path: tuple[str | int, ...], value: object
) -> None:
    content = replaced(document(), path, value)
    if not problems_of(content):
        take(loader, write(file, content))
