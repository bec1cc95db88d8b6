"""The catalogue tells an analyst what each column is: in more than its name, and with a unit where it is a number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from database.connection import connect
from database.home import Home

NUMBERS = {"double precision", "real", "numeric"}
# "in m/s", "in the unit that we write", "without unit"; shares and counts have none
NAMES_UNIT = re.compile(
    r"\bunits?\b|\bin (?:m|mm|m/s|deg|degrees|s|minutes|hours|days|years|percent|V|dB)\b|\bshare\b|\bnumber of\b", re.I
)
FEWEST_WORDS = 4

Node = dict[str, Any]
Types = dict[tuple[str, str], dict[str, str]]

COLUMNS = """
select table_schema, table_name, column_name, data_type
from information_schema.columns
where table_schema in ('raw', 'metadata', 'ops', 'reference', 'staging', 'cleaned', 'exports')
"""


@pytest.fixture(scope="module")
def types(new_home: Callable[[str], Home], built: str) -> Types:
    """The type of each column of each table and view that a build makes, by schema and name."""
    found: Types = {}
    with connect(new_home(built), "owner") as owner:
        for schema, relation, column, data_type in owner.execute(COLUMNS).fetchall():
            found.setdefault((schema, relation), {})[column] = data_type
    return found


@pytest.fixture(scope="module")
def relations(manifest: dict[str, Any]) -> list[Node]:
    """All that the catalogue lists: models, seeds and sources."""
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in {"model", "seed"}]
    return [*nodes, *manifest["sources"].values()]


def name_of(relation: Node) -> tuple[str, str]:
    return relation["schema"], relation.get("identifier") or relation["alias"]


def descriptions(relations: list[Node]) -> Iterator[tuple[tuple[str, str], str, str]]:
    """Relation, column and description."""
    for relation in relations:
        for column in relation["columns"].values():
            yield name_of(relation), column["name"], column["description"]


def test_every_relation_says_what_it_is_for(relations: list[Node]) -> None:
    assert [name_of(relation) for relation in relations if len(relation["description"].split()) < FEWEST_WORDS] == []


def test_the_catalogue_has_every_column_and_no_other(relations: list[Node], types: Types) -> None:
    differing = {
        name_of(relation): relation["columns"].keys() ^ types[name_of(relation)].keys()
        for relation in relations
        if relation["columns"].keys() != types[name_of(relation)].keys()
    }
    assert differing == {}


def test_a_description_says_more_than_the_name(relations: list[Node]) -> None:
    short = [
        (relation, column, text)
        for relation, column, text in descriptions(relations)
        if len(text.split()) < FEWEST_WORDS or text.strip(" .").lower() == column.replace("_", " ")
    ]
    assert short == []


def test_a_number_names_its_unit_or_that_it_has_none(relations: list[Node], types: Types) -> None:
    of_numbers = [
        (relation, column, text)
        for relation, column, text in descriptions(relations)
        if types[relation].get(column) in NUMBERS
    ]
    assert of_numbers
    assert [found for found in of_numbers if not NAMES_UNIT.search(found[2])] == []
