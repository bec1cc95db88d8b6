"""Task 43 documents: what is let through, and what is told about those that are not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database.errors import MetadataError, UsageError
from loaders.metadata.importing import read
from loaders.metadata.point_names import point_names
from loaders.metadata.slug import slug
from loaders.metadata.validating import problems_of
from loaders.problems import Problem, refuse
from tests.loaders.metadata_documents import EXCHANGED, Document, document, mast


def lines(content: object) -> list[str]:
    return [str(problem) for _, problem in problems_of(content)]


def point(content: Document, position: int = 0) -> Document:
    found: Document = mast(content)["measurement_point"][position]
    return found


def configuration(content: Document) -> Document:
    found: Document = point(content)["logger_measurement_config"][0]
    return found


def test_a_small_mast_is_valid() -> None:
    assert lines(document()) == []


@pytest.mark.parametrize("name", ["demo_mast", "nrg_mast", "floating_lidar"])
def test_a_real_document_is_valid(samples: Path, name: str) -> None:
    assert read(samples / "iea_task43" / f"{name}.json").tables is None


@pytest.mark.parametrize(
    ("name", "known_as"), [("Demo Mast", "demo_mast"), ("  Åsen-2 (new) ", "sen_2_new"), ("测", "")]
)
def test_a_station_is_known_by_the_slug_of_its_name(name: str, known_as: str) -> None:
    assert slug(name) == known_as


def as_of_1_0(content: Document) -> None:
    content["version"] = "1.0.0-2022.01"
    content["plant_type"] = "onshore_wind"


def as_of_1_1(content: Document) -> None:
    content["version"] = "1.1.0-2022.06"
    configuration(content)["measurement_units_id"] = "mph"


def as_of_1_2(content: Document) -> None:
    content["version"] = "1.2.0-2023.01"
    configuration(content)["measurement_units_id"] = None
    point(content, 1)["measurement_type_id"] = "wave_direction"
    point(content)["height_reference_id"] = "sea_level"


def as_of_1_3(content: Document) -> None:
    mast(content)["measurement_station_type_id"] = "reanalysis"
    mast(content).pop("logger_main_config")
    mast(content)["model_config"] = [{"date_from": "2000-01-01T00:00:00", "reanalysis": "ERA5"}]
    configuration(content)["column_name"][0]["statistic_type_id"] = "ti30sec"


@pytest.mark.parametrize("changed", [as_of_1_0, as_of_1_1, as_of_1_2, as_of_1_3])
def test_a_document_of_each_version_is_valid(changed: Callable[[Document], None]) -> None:
    content = document()
    changed(content)
    assert lines(content) == []


def test_keys_that_no_schema_knows_are_let_through() -> None:
    content = document()
    point(content)["our_own"] = {"anything": [1, None]}
    assert lines(content) == []


STATION = "measurement_location[0]"
POINT = f"{STATION}.measurement_point[0]"
CONFIGURATION = f"{POINT}.logger_measurement_config[0]"
A_TIME = "a date and time like 2016-01-09T15:30:00"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            lambda content: content.pop("author"),
            "author: found nothing, expected this key, which may not be left out",
        ),
        (
            lambda content: content.update(version="2.0.0-2026.01"),
            'version: found "2.0.0-2026.01", expected a version from 1.0 to 1.3, like 1.3.0-2024.03',
        ),
        (
            lambda content: content.update(date="May 2024"),
            'date: found "May 2024", expected a date like 2016-01-09',
        ),
        (
            lambda content: content.update(measurement_location=[]),
            "measurement_location: found an empty list, expected at least one",
        ),
        (
            lambda content: content.update(measurement_location={}),
            "measurement_location: found an object, expected a list",
        ),
        (
            lambda content: mast(content).update(latitude_ddeg=95),
            f"{STATION}.latitude_ddeg: found 95, expected at most 90",
        ),
        (
            lambda content: mast(content).update(longitude_ddeg="6 W"),
            f'{STATION}.longitude_ddeg: found "6 W", expected a number',
        ),
        (
            lambda content: mast(content).update(name="测风塔"),
            f'{STATION}.name: found "测风塔", expected a name with plain letters or digits (a-z, 0-9)',
        ),
        (
            lambda content: mast(content).update(measurement_station_type_id="Mast"),
            (
                f'{STATION}.measurement_station_type_id: found "Mast", expected one of mast, lidar, sodar, '
                "floating_lidar, wave_buoy, adcp, solar, virtual_met_mast, reanalysis; did you mean mast?"
            ),
        ),
        (
            lambda content: mast(content).update(model_config=[{"date_from": EXCHANGED}]),
            (
                f"{STATION}.model_config: found both, expected either loggers or a model, "
                "which is logger_main_config or model_config"
            ),
        ),
        (
            lambda content: mast(content)["logger_main_config"][0].update(averaging_period_minutes=0),
            f"{STATION}.logger_main_config[0].averaging_period_minutes: found 0, expected more than 0",
        ),
        (
            lambda content: mast(content)["logger_main_config"][0].update(timestamp_is_end_of_period="no"),
            f'{STATION}.logger_main_config[0].timestamp_is_end_of_period: found "no", expected true or false',
        ),
        (
            lambda content: mast(content)["logger_main_config"][0].update(offset_from_utc_hrs=60),
            f"{STATION}.logger_main_config[0].offset_from_utc_hrs: found 60, expected at most 14",
        ),
        (
            lambda content: mast(content)["measurement_point"].append("Spd60m"),
            f'{STATION}.measurement_point[2]: found "Spd60m", expected an object',
        ),
        (
            lambda content: point(content, 1).update(name="Spd80mN"),
            (
                f'{STATION}.measurement_point[1].name: found "Spd80mN", '
                "expected a name of its own, or a height of its own that tells it apart"
            ),
        ),
        (
            lambda content: point(content).update(measurement_type_id="wind_sped"),
            (
                f'{POINT}.measurement_type_id: found "wind_sped", '
                "expected one of the 71 measurement types; did you mean wind_speed?"
            ),
        ),
        (
            lambda content: point(content).pop("height_m"),
            f"{POINT}.height_m: found nothing, expected this key, which may not be left out",
        ),
        (
            lambda content: configuration(content).update(measurement_units_id="m/sec"),
            f'{CONFIGURATION}.measurement_units_id: found "m/sec", expected one of the 42 units; did you mean m/s?',
        ),
        (
            lambda content: configuration(content).pop("date_to"),
            f"{CONFIGURATION}.date_to: found nothing, expected this key, which may not be left out",
        ),
        (
            lambda content: configuration(content).update(date_from="2016-02-30T00:00:00"),
            f'{CONFIGURATION}.date_from: found "2016-02-30T00:00:00", expected {A_TIME}',
        ),
        (
            lambda content: configuration(content).update(date_from=None),
            f"{CONFIGURATION}.date_from: found null, expected a text",
        ),
        (
            lambda content: configuration(content).update(date_to="2015-01-01T00:00:00"),
            (
                f'{CONFIGURATION}.date_to: found "2015-01-01T00:00:00", '
                "expected a time not before date_from, 2016-01-09T15:30:00"
            ),
        ),
        (
            lambda content: configuration(content).update(date_from="2016-01-09T15:30:00-05:00"),
            (
                f'{CONFIGURATION}.date_from: found "2016-01-09T15:30:00-05:00", '
                "expected the logger's own clock, at UTC+1 h, or no zone at all"
            ),
        ),
        (
            lambda content: configuration(content)["column_name"][0].update(column_name=" "),
            f'{CONFIGURATION}.column_name[0].column_name: found " ", expected a text that is not blank',
        ),
        (
            lambda content: configuration(content).update(slope=float("inf")),
            f"{CONFIGURATION}.slope: found Infinity, expected a number that fits",
        ),
        (
            lambda content: point(content).update(notes="a\x00b"),
            f"{POINT}.notes: found a character that is none, expected text in Unicode",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_path(spoil: Callable[[Document], object], told: str) -> None:
    content = document()
    spoil(content)
    assert lines(content) == [told]


def test_points_of_one_name_are_told_apart_by_their_heights() -> None:
    content = document()
    mast(content)["measurement_point"] = [
        {**point(content), "name": "Water", "height_m": height} for height in (-5.7, -30.0, 100)
    ]
    assert lines(content) == []
    assert point_names(mast(content)["measurement_point"]) == ["Water_-5.7m", "Water_-30m", "Water_100m"]
    mast(content)["measurement_point"].append({**point(content), "name": "Water_100m"})
    told = 'found "Water_100m", expected another name: points that share theirs are known by it'
    assert lines(content) == [f"{STATION}.measurement_point[3].name: {told}"]


def test_what_stands_twice_in_a_list_is_told() -> None:
    content = document()
    columns = configuration(content)["column_name"]
    columns.append(dict(columns[0]))
    told = "found what stands in the list before, expected each once"
    assert lines(content) == [f"{CONFIGURATION}.column_name[2]: {told}"]


def test_two_stations_of_one_slug_are_told() -> None:
    content = document()
    content["measurement_location"].append({**mast(document()), "name": "HILL-MAST"})
    told = 'measurement_location[1].name: found "HILL-MAST", expected a name of its own, which no part before it has'
    assert lines(content) == [told]


def test_a_date_in_the_logger_s_own_zone_is_right() -> None:
    content = document()
    configuration(content)["date_from"] = "2016-01-09T15:30:00+01:00"
    assert lines(content) == []


def test_all_problems_of_a_file_are_one_error(tmp_path: Path) -> None:
    content = document()
    content["date"] = None
    point(content)["height_m"] = "80 m"
    file = tmp_path / "mast.json"
    file.write_text(json.dumps(content))
    with pytest.raises(MetadataError) as refused:
        read(file)
    assert refused.value.as_dict() == {
        "what": "2 problems:\n"
        "  date: found null, expected a text\n"
        f'  {POINT}.height_m: found "80 m", expected a number',
        "where": str(file),
        "remedy": "correct it there and import again",
    }


def test_more_problems_than_a_screen_holds_are_counted() -> None:
    problems = [Problem(f"line {line}", "a", "b") for line in range(23)]
    with pytest.raises(MetadataError) as refused:
        refuse(problems, "here", "mend", MetadataError)
    told = refused.value.what.splitlines()
    assert (told[0], len(told), told[-1]) == ("23 problems:", 22, "  ... and 3 more")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "this is no JSON: Expecting value"),
        (b'{"a": 1,}', "this is no JSON: Expecting property name enclosed in double quotes"),
        (b'{"a": NaN}', "this is no JSON: NaN is no number of JSON"),
        (b'{"a": 1, "a": 2}', "this is no JSON: the key 'a' stands twice in one object"),
        (b'{"a": "\xff"}', "this is no text in UTF-8: invalid start byte"),
        (b"[" * 200_000, "this is nested too deeply for a document"),
    ],
)
def test_what_is_no_json_is_told(tmp_path: Path, content: bytes, what: str) -> None:
    file = tmp_path / "mast.json"
    file.write_bytes(content)
    with pytest.raises(MetadataError) as refused:
        read(file)
    assert refused.value.what.startswith(what)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be read: No such file or directory"):
        read(tmp_path / "mast.json")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=5,
)


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all that a document holds."""
    keyed = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in keyed:
        yield (*path, key)
        yield from places(child, (*path, key))


def replaced(content: Any, path: tuple[str | int, ...], value: object) -> Document:
    parent = content
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    return content  # type: ignore[no-any-return]


PLACES = sorted(places(document()), key=str)


@given(st.sampled_from(PLACES), JSON_VALUES)
@settings(deadline=None)
def test_a_document_with_anything_anywhere_is_valid_or_has_problems_with_places(
    path: tuple[str | int, ...], value: object
) -> None:
    for line in lines(replaced(document(), path, value)):
        place, _, rest = line.partition(": found ")
        assert place
        assert ", expected " in rest


@given(st.binary(max_size=200) | JSON_VALUES.map(lambda value: json.dumps(value).encode()))
@settings(deadline=None)
def test_any_bytes_are_a_document_or_a_metadata_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    file.write_bytes(content)
    with pytest.raises(MetadataError):
        read(file)
