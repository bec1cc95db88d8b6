"""Our models against the schemas that IEA Wind Task 43 published, versions 1.0 to 1.3."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from loaders.metadata import keys, stations, task43, vocabulary


def schemas(samples: Path) -> list[Any]:
    files = sorted((samples / "iea_task43").glob("iea43_wra_data_model.schema_v*.json"))
    return [json.loads(file.read_text()) for file in files]


def resolved(schema: Any, part: Any) -> Any:
    """A part with what it refers to."""
    return {**schema["definitions"][part["$ref"].rpartition("/")[2]], **part} if "$ref" in part else part


def parts_of(schema: Any, path: str) -> Any:
    """The schema of a part, its references resolved."""
    part = schema
    for step in filter(None, path.split(".")):
        part = resolved(schema, part["properties"].get(step, {"enum": [], "properties": {}}))
        part = part.get("items", part)
    return part


SCHEMA_POINT = "measurement_location.measurement_point"
SCHEMA_CONFIGURATION = f"{SCHEMA_POINT}.logger_measurement_config"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("measurement_location.measurement_station_type_id", vocabulary.STATION_TYPES),
        (f"{SCHEMA_POINT}.measurement_type_id", vocabulary.MEASUREMENT_TYPES),
        (f"{SCHEMA_CONFIGURATION}.measurement_units_id", vocabulary.UNITS),
        (f"{SCHEMA_CONFIGURATION}.column_name.statistic_type_id", vocabulary.STATISTICS),
        ("plant_type", vocabulary.PLANT_TYPES),
        ("measurement_location.logger_main_config.logger_oem_id", vocabulary.LOGGER_MAKERS),
        ("measurement_location.model_config.reanalysis", vocabulary.REANALYSES),
        ("measurement_location.mast_properties.mast_geometry_id", vocabulary.MAST_GEOMETRIES),
        (
            "measurement_location.vertical_profiler_properties.device_vertical_orientation",
            vocabulary.VERTICAL_ORIENTATIONS,
        ),
        (f"{SCHEMA_POINT}.height_reference_id", vocabulary.HEIGHT_REFERENCES),
        (f"{SCHEMA_POINT}.sensor.sensor_type_id", vocabulary.SENSOR_TYPES),
        (f"{SCHEMA_POINT}.interference_structures.structure_type_id", vocabulary.STRUCTURE_TYPES),
        (f"{SCHEMA_POINT}.mounting_arrangement.mounting_type_id", vocabulary.MOUNTING_TYPES),
        (f"{SCHEMA_POINT}.mounting_arrangement.orientation_reference_id", vocabulary.ORIENTATION_REFERENCES),
    ],
)
def test_our_words_are_those_of_all_versions_of_the_schema(samples: Path, path: str, words: tuple[str, ...]) -> None:
    union = {word for schema in schemas(samples) for word in parts_of(schema, path)["enum"] if word is not None}
    assert set(words) == union


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("", stations.Document),
        ("measurement_location", stations.MeasurementLocation),
        ("measurement_location.logger_main_config", stations.LoggerMainConfig),
        (SCHEMA_POINT, task43.MeasurementPoint),
        (SCHEMA_CONFIGURATION, task43.LoggerMeasurementConfig),
        (f"{SCHEMA_CONFIGURATION}.column_name", task43.ColumnName),
        (f"{SCHEMA_POINT}.sensor", task43.Sensor),
        (f"{SCHEMA_POINT}.sensor.calibration", task43.Calibration),
        (f"{SCHEMA_POINT}.mounting_arrangement", task43.MountingArrangement),
        (f"{SCHEMA_POINT}.interference_structures", task43.InterferenceStructure),
    ],
)
def test_what_we_require_is_what_every_version_of_the_schema_requires(
    samples: Path, path: str, model: type[task43.Part]
) -> None:
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    assert [set(parts_of(schema, path).get("required", ())) for schema in schemas(samples)] == [required] * 4


def test_our_parts_have_the_keys_of_the_newest_schema(samples: Path) -> None:
    schema = schemas(samples)[-1]
    told: list[str] = []

    def compare(model: type[BaseModel], part: Any, path: str) -> None:
        part = resolved(schema, part)
        part = resolved(schema, part.get("items", part))
        ours = keys.keys_of(model)
        told.extend(f"{path}{key}" for key in ours.keys() ^ part["properties"].keys())
        for key, inner in ours.items():
            if inner:
                compare(inner, part["properties"][key], f"{path}{key}.")

    compare(stations.Document, schema, "")
    assert told == []


def test_version_1_3_lets_keys_of_ones_own_through_where_we_keep_them(samples: Path) -> None:
    schema = schemas(samples)[-1]
    paths = {
        stations.Document: "",
        stations.LoggerMainConfig: "measurement_location.logger_main_config",
        stations.MastProperties: "measurement_location.mast_properties",
    }
    assert set(keys.OPEN) == paths.keys()
    assert all(parts_of(schema, path)["additionalProperties"] for path in paths.values())
