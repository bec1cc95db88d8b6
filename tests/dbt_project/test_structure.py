"""The shape of the project, as its style asks: layers, one yml a model, grains, descriptions and tests."""

from __future__ import annotations

import csv
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, meta

from database.home import PROJECT
from orchestration.building import FLAG_TABLES, METADATA_TABLES

# where a layer may take its rows from
MAY_READ = {
    "staging": {"source", "seed"},
    "cleaned": {"staging", "cleaned", "seed"},
    "exports": {"cleaned"},
}
# raw.reading is read as it is: a staging view would only rename nothing
READINGS = "source.stationmanager.raw.reading"
ENFORCED = {"channel_periods", "coverage", "readings", "flagged_periods", "columns", "stations", "loggers"}

# what a rule reads of its numbers: name of the rule, of the numbers, and whether there is one for each statistic
NUMBERS_READ = re.compile(r"rule_numbers\('(\w+)', \[([^\]]*)\](, by_statistic=true)?\)")
STATISTICS_READ = re.compile(r"{% set statistics = \[([^\]]*)\] %}")
WORD = re.compile(r"'(\w+)'")

Node = dict[str, Any]


@pytest.fixture(scope="session")
def models(manifest: dict[str, Any]) -> list[Node]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def layer(unique_id: str, manifest: dict[str, Any]) -> str:
    """The layer of a node by its folder; seeds and sources are layers of their own."""
    kind = unique_id.split(".", maxsplit=1)[0]
    return kind if kind in {"seed", "source"} else str(manifest["nodes"][unique_id]["fqn"][1])


def test_every_model_reads_only_layers_below_its_own(models: list[Node], manifest: dict[str, Any]) -> None:
    arrows_back = [
        (model["name"], read)
        for model in models
        for read in model["depends_on"]["nodes"]
        if read != READINGS and layer(read, manifest) not in MAY_READ[layer(model["unique_id"], manifest)]
    ]
    assert not arrows_back


def test_every_model_and_seed_has_a_yml_of_its_name_beside_it(models: list[Node], manifest: dict[str, Any]) -> None:
    seeds = [node for node in manifest["nodes"].values() if node["resource_type"] == "seed"]
    lonely = [
        node["name"]
        for node in [*models, *seeds]
        if str(node["patch_path"]).split("://")[-1] != str(Path(node["original_file_path"]).with_suffix(".yml"))
    ]
    assert not lonely


def test_every_model_says_its_purpose_and_grain(models: list[Node]) -> None:
    assert not [
        model["name"] for model in models if not model["description"] or not model["config"]["meta"].get("grain")
    ]


def test_the_grain_of_a_model_is_made_of_its_columns(models: list[Node]) -> None:
    assert not [model["name"] for model in models if not set(model["config"]["meta"]["grain"]) <= set(model["columns"])]


def test_every_model_has_a_test(models: list[Node], manifest: dict[str, Any]) -> None:
    tested = {
        read
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        for read in node["depends_on"]["nodes"]
    }
    tested |= {read for test in manifest["unit_tests"].values() for read in test["depends_on"]["nodes"]}
    assert not [model["name"] for model in models if model["unique_id"] not in tested]


def test_contracts_are_enforced_where_others_read(models: list[Node]) -> None:
    assert {model["name"] for model in models if model["config"]["contract"]["enforced"]} == ENFORCED


def test_all_that_the_metadata_are_made_from_is_built_with_them(models: list[Node], manifest: dict[str, Any]) -> None:
    nodes = manifest["nodes"]
    left_out = [
        (model["name"], read)
        for model in models
        if "metadata" in model["tags"]
        for read in model["depends_on"]["nodes"]
        if read in nodes and "metadata" not in nodes[read]["tags"]
    ]
    assert not left_out


def stands_on(unique_ids: set[str], nodes: dict[str, Node], but: set[str]) -> set[str]:
    """All models and seeds below some, and these; what is below `but` is left out."""
    found: set[str] = set()
    to_follow = set(unique_ids)
    while to_follow:
        unique_id = to_follow.pop()
        found.add(unique_id)
        if nodes[unique_id]["name"] not in but:
            to_follow |= {read for read in nodes[unique_id]["depends_on"].get("nodes", []) if read in nodes} - found
    return found


@pytest.fixture(scope="module")
def below_rules(models: list[Node], manifest: dict[str, Any]) -> set[str]:
    """Rules and what they are made from, by their ids; of their settings `stale_periods` has a digest of its own."""
    rules = {model["unique_id"] for model in models if model["config"]["materialized"] == "periods"}
    found = stands_on(rules, manifest["nodes"], {"stale_periods", "rule_parameters"})
    names = {manifest["nodes"][unique_id]["name"] for unique_id in found}
    assert names >= {
        "judged_pieces",
        "hand_made_periods",
        "logger_columns",
        "periods_of_validity",
        "chosen_calibrations",
    }
    return found


def test_a_rule_is_judged_anew_when_a_macro_of_it_or_of_what_it_stands_on_changes(
    below_rules: set[str], manifest: dict[str, Any]
) -> None:
    digested = set(manifest["macros"]["macro.stationmanager.rules_of_the_project"]["depends_on"]["macros"])
    called = {
        (unique_id, macro)
        for unique_id in below_rules
        for macro in manifest["nodes"][unique_id]["depends_on"].get("macros", [])
        if macro.startswith("macro.stationmanager.") and not macro.endswith(".rules_of_the_project")
    }
    assert called
    assert not [(name, macro) for name, macro in called if macro not in digested]


def test_a_rule_is_judged_anew_when_a_model_or_seed_that_it_stands_on_changes(
    below_rules: set[str], manifest: dict[str, Any]
) -> None:
    nodes = manifest["nodes"]
    before = digests(nodes)
    for unique_id in sorted(below_rules):
        changed = nodes[unique_id] | {"checksum": {"checksum": "another"}}
        anew = digests(nodes | {unique_id: changed}) - before
        assert len(anew) == (1 if changed["config"]["materialized"] == "periods" else len(before)), changed["name"]


def digests(nodes: dict[str, Node]) -> set[str]:
    """Each rule with its digest, as the macro makes them; what other macros say is left out."""
    text = (PROJECT / "macros" / "rules" / "rules_of_the_project.sql").read_text()
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=True)
    called = meta.find_undeclared_variables(environment.parse(text))
    given: dict[str, Any] = {name: lambda *_, **__: "" for name in called}
    given |= {"graph": {"nodes": nodes}, "execute": True, "local_md5": lambda text: sha256(text.encode()).hexdigest()}
    module: Any = environment.from_string(text).make_module(given)
    return set(str(module.rules_of_the_project()).split("), ("))


def test_every_rule_is_listed_gathered_set_and_explained(models: list[Node]) -> None:
    rules = {model["name"] for model in models if model["config"]["materialized"] == "periods"}
    gathered = next(model for model in models if model["name"] == "rule_periods")
    assert {read["name"] for read in gathered["refs"]} - {"rules", "rule_parameters"} == rules
    for seed in ("rules", "quality_rules"):
        with (PROJECT / "seeds" / f"{seed}.csv").open(encoding="utf-8", newline="") as lines:
            assert {line["rule"] for line in csv.DictReader(lines)} == rules, seed
    assert {page.stem for page in (PROJECT / "docs" / "rules").glob("*.md")} == rules


def test_every_number_of_the_seed_is_read_by_its_rule_and_every_number_read_can_be_set() -> None:
    read = set()
    for path in (PROJECT / "models" / "cleaned" / "rules").glob("*.sql"):
        text = path.read_text()
        for rule, parameters, by_statistic in NUMBERS_READ.findall(text):
            listed = STATISTICS_READ.search(text) if by_statistic else None
            statistics = WORD.findall(listed[1]) if listed else [""]
            read |= {(rule, statistic, parameter) for statistic in statistics for parameter in WORD.findall(parameters)}
    with (PROJECT / "seeds" / "quality_rules.csv").open(encoding="utf-8", newline="") as lines:
        rows = [line for line in csv.DictReader(lines) if line["parameter"] != "mode"]
    assert {(row["rule"], row["statistic"], row["parameter"]) for row in rows} - read == set()
    assert {(rule, parameter) for rule, _, parameter in read} == {(row["rule"], row["parameter"]) for row in rows}


def test_no_model_is_longer_than_200_lines() -> None:
    long = [path.name for path in (PROJECT / "models").rglob("*.sql") if len(path.read_text().splitlines()) > 200]
    assert not long


def test_staging_models_are_a_source_and_its_renaming() -> None:
    for path in (PROJECT / "models" / "staging").rglob("*.sql"):
        steps = [line.split()[0] for line in path.read_text().splitlines() if line.endswith(" as (")]
        assert steps == ["source", "renamed"], path.name


def test_singular_tests_name_what_holds_and_open_with_the_harm() -> None:
    for path in (PROJECT / "tests" / "dbt").glob("*.sql"):
        assert path.name.startswith("assert_"), path.name
        assert path.read_text().startswith("-- Harm: "), path.name


def test_what_is_made_anew_for_flags_and_metadata_is_all_that_readings_stand_on_but_rules(
    models: list[Node], manifest: dict[str, Any]
) -> None:
    nodes = {model["unique_id"]: model for model in models if "rules" not in model["fqn"]}

    def stands_on(unique_id: str) -> list[str]:
        """All models below one, each after those that it reads."""
        read = [below for below in nodes[unique_id]["depends_on"]["nodes"] if below in nodes]
        return list(dict.fromkeys([found for below in read for found in (*stands_on(below), below)]))

    def tables(unique_ids: list[str]) -> list[str]:
        found = [nodes[unique_id] for unique_id in unique_ids]
        return [node["name"] for node in found if node["config"]["materialized"] == "table"]

    by_name = {node["name"]: unique_id for unique_id, node in nodes.items()}
    needed = tables(stands_on(by_name["readings"]))
    assert sorted(METADATA_TABLES) == sorted(needed)
    for place, name in enumerate(METADATA_TABLES):
        assert set(tables(stands_on(by_name[name]))) <= set(METADATA_TABLES[:place])
    flags = by_name["stg_metadata__flags"]
    assert [name for name in METADATA_TABLES if flags in stands_on(by_name[name])] == list(FLAG_TABLES)
