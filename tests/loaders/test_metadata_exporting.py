"""A station comes back as a document of version 1.3, whatever it came as, and importing that changes nothing."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it has no types
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jsonschema.protocols import Validator  # type: ignore[import-untyped]  # it has no types
from psycopg import sql

from database.connection import Connection, connect
from database.errors import UsageError
from database.home import Home
from loaders.metadata import stored
from loaders.metadata.differences import differences
from loaders.metadata.exporting import as_version_1_3, export, stated
from loaders.metadata.importing import ImportResult, import_metadata
from loaders.metadata.point_names import point_names
from loaders.metadata.validating import problems_of
from loaders.metadata.vocabulary import NEWEST_VERSION
from tests.commands import run
from tests.loaders.metadata_documents import Document, as_tables, document, mast, tables
from tests.loaders.metadata_schema import documents, parts_of
from tests.loaders.test_metadata_task43 import lines, replaced

SAMPLES = ["demo_mast", "nrg_mast", "floating_lidar"]
STATION_TYPES = ["mast", "lidar", "sodar", "floating_lidar", "solar"]
STAGED = sql.SQL("select to_jsonb(staged) - 'document_id' - 'imported_at' from {} as staged order by 1")
KEPT = "select count(*) from metadata.document union all select count(*) from ops.changed_span"


@pytest.fixture(scope="module")
def newest(samples: Path) -> Validator:
    """Judges documents by the schema of version 1.3."""
    file = samples / "iea_task43" / "iea43_wra_data_model.schema_v1.3.0-2024.03.json"
    return jsonschema.Draft7Validator(json.loads(file.read_text()))


@pytest.fixture(scope="module")
def allowed(newest: Validator) -> st.SearchStrategy[Any]:
    """Documents that the schema allows."""
    return documents(newest.schema, sensible=False)


@pytest.fixture(scope="module")
def sensible(newest: Validator) -> st.SearchStrategy[Any]:
    """Documents that the schema allows, and that we must take."""
    return documents(newest.schema, sensible=True)


def take(loader: Connection, path: Path, utc_offset_hours: float | None = None) -> ImportResult:
    return import_metadata(loader, path, utc_offset_hours=utc_offset_hours, timestamps=None, imported_by="the test")


def written(file: Path, content: Document) -> Path:
    file.write_text(json.dumps(content))
    return file


def folder_of(files: dict[str, bytes], folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def kept(loader: Connection) -> list[Any]:
    return loader.execute(KEPT).fetchall()


def of_all_types() -> Document:
    """A document of five stations, one of each type, with all that bears on values."""
    content = document()
    stations = []
    for station_type in STATION_TYPES:
        station = copy.deepcopy(mast(document()))
        station |= {"name": f"The {station_type}", "measurement_station_type_id": station_type}
        vane = station["measurement_point"][1]
        vane["mounting_arrangement"] = [
            {"date_from": "2016-01-09T15:30:00", "date_to": None, "vane_dead_band_orientation_deg": 12.5}
            | {"orientation_reference_id": "magnetic_north"}
        ]
        vane["logger_measurement_config"][0]["column_name"].append(
            {"column_name": "Dir78mMin", "statistic_type_id": "min", "is_ignored": True}
        )
        stations.append(station)
    for station in stations[1:4]:
        station.pop("mast_properties")
        station["vertical_profiler_properties"] = [
            {"date_from": "2016-01-09T15:30:00", "date_to": "2016-06-01T00:00:00"}
            | {
                "device_orientation_deg": 45,
                "device_datum_plane_height_m": 1.2,
                "orientation_reference_id": "true_north",
            },
            {"date_from": "2016-06-01T00:00:00", "date_to": None, "device_orientation_deg": 50.5},
        ]
        station["logger_main_config"][0]["lidar_config"] = [{"flow_corrections_applied": True}]
    pyranometer = stations[4]["measurement_point"][0]
    pyranometer |= {"name": "GHI", "measurement_type_id": "global_horizontal_irradiance"}
    pyranometer["logger_measurement_config"] = [
        {
            "sensitivity": 10.5,
            "measurement_units_id": "W/m^2",
            "date_from": "2016-01-09T15:30:00",
            "date_to": None,
            "column_name": [{"column_name": "GHI_Avg", "statistic_type_id": "avg"}],
        }
    ]
    pyranometer["sensor"] = [
        {
            "date_from": "2016-01-09T15:30:00",
            "date_to": None,
            "calibration": [{"sensitivity": 12.5, "date_of_calibration": "2015-01-01"}],
        }
    ]
    return {**content, "measurement_location": stations}


def test_all_real_documents_are_tried(samples: Path) -> None:
    found = {path.stem for path in samples.rglob("*.json") if "measurement_location" in json.loads(path.read_text())}
    assert found == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_real_document_comes_back_valid_and_its_import_changes_nothing(
    loader: Connection, samples: Path, tmp_path: Path, newest: Validator, name: str
) -> None:
    (station,) = take(loader, samples / "iea_task43" / f"{name}.json", 1).stations
    before = kept(loader)
    exported, left_out = export(loader, station)
    assert left_out == []
    newest.validate(exported)
    assert not take(loader, written(tmp_path / "back.json", exported)).changed
    assert kept(loader) == before


@pytest.mark.parametrize("name", SAMPLES)
def test_a_real_document_and_its_export_differ_in_the_version_alone(
    home: Home, samples: Path, tmp_path: Path, name: str
) -> None:
    original = samples / "iea_task43" / f"{name}.json"
    with connect(home, "loader") as loader:
        (station,) = take(loader, original, 1).stations
        exported, _ = export(loader, station)
        assert not take(loader, written(tmp_path / "back.json", exported)).changed
        before = stated(stored.location(loader, station))
    only_import = run(home, "metadata", "diff", station)
    assert only_import.startswith(f"{station}: import 1 ")
    assert only_import.endswith(f"{original}) is its only one\n")
    changed = [(change.kind, change.before, change.after) for change in differences(before, exported)]
    was = {"version": before["version"]}
    assert changed == ([] if was["version"] == NEWEST_VERSION else [("changed", was, {"version": NEWEST_VERSION})])


@pytest.mark.parametrize("name", SAMPLES)
def test_tables_of_a_real_document_come_back_as_one_and_its_import_changes_nothing(
    loader: Connection, samples: Path, tmp_path: Path, newest: Validator, name: str
) -> None:
    content = json.loads((samples / "iea_task43" / f"{name}.json").read_text())
    (station,) = take(loader, folder_of(as_tables(content), tmp_path / "tables")).stations
    before = kept(loader)
    exported, left_out = export(loader, station)
    newest.validate(exported)
    assert left_out == []
    assert not take(loader, written(tmp_path / "back.json", exported)).changed
    assert not take(loader, tmp_path / "tables").changed
    assert kept(loader) == before


@pytest.mark.parametrize("name", [*SAMPLES, "all types"])
def test_staging_says_the_same_of_a_document_and_of_its_tables(
    instance: Home, samples: Path, tmp_path: Path, name: str
) -> None:
    source = samples / "iea_task43" / f"{name}.json"
    content = json.loads(source.read_text()) if name in SAMPLES else of_all_types()
    with connect(instance, "loader") as loader, connect(instance, "transformer") as reader:
        take(loader, written(tmp_path / "document.json", content))
        by_document = staged(reader)
        assert take(loader, folder_of(as_tables(content), tmp_path / "tables")).changed
        assert staged(reader) == by_document


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8)
ANYTHING = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(st.text(max_size=5), PLAIN, max_size=2)
HEIGHTS = st.floats(-1e4, 1e4) | st.integers(-100, 100) | st.sampled_from([-0.0, 1e-7, 1e22, -30.0])


@given(st.lists(HEIGHTS, min_size=1, max_size=5, unique=True))
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_points_of_one_name_are_known_alike_in_python_and_sql(
    staging: tuple[Connection, Connection], tmp_path: Path, heights: list[float]
) -> None:
    loader, reader = staging
    content = document()
    points = [{**mast(content)["measurement_point"][1], "name": "Water", "height_m": height} for height in heights]
    mast(content)["measurement_point"] = points
    take(loader, written(tmp_path / "profiler.json", content))
    names = "select measurement_point from staging.stg_task43__column_names"
    assert sorted(name for (name,) in reader.execute(names).fetchall()) == sorted(point_names(points))


def staged(reader: Connection) -> dict[str, list[Any]]:
    """All that staging makes of the documents, but for which document it was."""
    views: list[Any] = reader.execute(
        "select viewname from pg_views where schemaname = 'staging' and viewname like 'stg_task43_%'"
    ).fetchall()
    rows = {name: reader.execute(STAGED.format(sql.Identifier("staging", name))).fetchall() for (name,) in views}
    assert len(rows) == 9
    return rows


def test_a_document_of_all_types_of_station_comes_back_station_by_station(
    loader: Connection, tmp_path: Path, newest: Validator
) -> None:
    stations = take(loader, written(tmp_path / "all.json", of_all_types())).stations
    assert stations == [f"the_{station_type}" for station_type in STATION_TYPES]
    for number, station in enumerate(stations):
        exported, _ = export(loader, station)
        newest.validate(exported)
        assert mast(exported) == of_all_types()["measurement_location"][number]
        assert not take(loader, written(tmp_path / f"{station}.json", exported)).changed


def test_what_an_option_filled_is_stated_by_the_export(loader: Connection, tmp_path: Path) -> None:
    content = document()
    mast(content)["logger_main_config"][0].update(offset_from_utc_hrs=None, timestamp_is_end_of_period=None)
    import_metadata(
        loader,
        written(tmp_path / "mast.json", content),
        utc_offset_hours=5.5,
        timestamps="end",
        imported_by="the test",
    )
    exported, _ = export(loader, "Hill Mast")
    (logger,) = mast(exported)["logger_main_config"]
    assert (logger["offset_from_utc_hrs"], logger["timestamp_is_end_of_period"]) == (5.5, True)
    assert not take(loader, written(tmp_path / "back.json", exported)).changed
    logger["offset_from_utc_hrs"] = 5
    assert take(loader, written(tmp_path / "back.json", exported)).changed


def test_what_version_1_3_has_no_place_for_is_told(loader: Connection, tmp_path: Path, newest: Validator) -> None:
    content = document()
    content["our_own"] = {"is": "kept"}
    mast(content)["our_own"] = 1
    mast(content)["measurement_point"][0]["sensor"][0]["our_own"] = 2
    take(loader, written(tmp_path / "mast.json", content))
    exported, left_out = export(loader, "hill_mast")
    newest.validate(exported)
    assert exported["our_own"] == {"is": "kept"}
    assert left_out == [
        "measurement_location[0].our_own",
        "measurement_location[0].measurement_point[0].sensor[0].our_own",
    ]
    assert not take(loader, written(tmp_path / "back.json", exported)).changed


def test_a_station_that_is_not_there_can_t_be_exported(loader: Connection) -> None:
    with pytest.raises(UsageError, match='there is no station "hill"; there is no station yet'):
        export(loader, "hill")


def test_the_command_writes_the_document_to_standard_output(home: Home, tmp_path: Path, newest: Validator) -> None:
    with connect(home, "loader") as loader:
        take(loader, folder_of(tables(), tmp_path / "tables"))
    exported = json.loads(run(home, "metadata", "export", "hill_mast"))
    newest.validate(exported)
    assert mast(exported) == mast(document())


SENSIBLE = settings(
    deadline=None,
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@given(st.data())
@SENSIBLE
def test_a_document_made_by_the_rules_of_the_schema_is_taken(
    newest: Validator, sensible: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    content = data.draw(sensible)
    newest.validate(content)
    assert lines(content) == []
    newest.validate(as_version_1_3(content))


@given(st.data())
@SENSIBLE
def test_whatever_the_schema_allows_is_taken_or_told_with_its_path(
    allowed: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    content = data.draw(allowed)
    for place, _, rest in (line.partition(": found ") for line in lines(content)):
        assert place
        assert ", expected " in rest


@given(st.data())
@SENSIBLE
def test_whatever_the_schema_forbids_is_told_with_its_path_or_left_out_by_the_export(
    newest: Validator, sensible: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    content = data.draw(sensible)
    path = data.draw(st.sampled_from(sorted(parts_of(content), key=str)))
    spoiled = replaced(copy.deepcopy(content), path, data.draw(ANYTHING))
    assume(not newest.is_valid(spoiled))
    told = [problem.place for _, problem in problems_of(spoiled)]
    # a key of one's own, or null where nothing need be said, is taken and stays behind at the export
    assert all(told) if told else newest.is_valid(as_version_1_3(spoiled))


@given(st.data())
@settings(SENSIBLE, max_examples=100)
def test_what_is_imported_is_staged_and_its_export_changes_nothing(
    staging: tuple[Connection, Connection],
    tmp_path: Path,
    newest: Validator,
    sensible: st.SearchStrategy[Any],
    data: st.DataObject,
) -> None:
    loader, reader = staging
    content = data.draw(sensible)
    stations = take(loader, written(tmp_path / "made.json", content)).stations
    before = kept(loader)
    assert len(staged(reader)["stg_task43__stations"]) >= len(stations)
    for station in stations:
        exported, _ = export(loader, station)
        newest.validate(exported)
        assert not take(loader, written(tmp_path / "back.json", exported)).changed
    assert kept(loader) == before


@pytest.fixture
def staging(instance: Home) -> Any:
    """Connections that import and that read staging."""
    with connect(instance, "loader") as loader, connect(instance, "transformer") as reader:
        yield loader, reader
