"""Our models against the schemas that IEA Wind Task 43 published, versions 1.0 to 1.3."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from loaders.metadata import task43, vocabulary


def schemas(samples: Path) -> list[Any]:
    files = sorted((samples / "iea_task43").glob("iea43_wra_data_model.schema_v*.json"))
    return [json.loads(file.read_text()) for file in files]


def parts_of(schema: Any, path: str) -> Any:
    """The schema of a part, its references resolved."""
    part = schema
    for step in filter(None, path.split(".")):
        part = part["properties"][step]
        if "$ref" in part:
            part = {**schema["definitions"][part["$ref"].rpartition("/")[2]], **part}
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
        ("", task43.Document),
        ("measurement_location", task43.MeasurementLocation),
        ("measurement_location.logger_main_config", task43.LoggerMainConfig),
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
