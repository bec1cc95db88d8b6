"""What Dagster knows of, and how it hangs together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from dagster import AssetKey, DagsterInstance, DefaultScheduleStatus, Definitions

from database.home import PROJECT, Home
from orchestration.building import METADATA
from orchestration.dbt import run_dbt
from orchestration.definitions import build_definitions
from orchestration.instance import instance_settings


@pytest.fixture(scope="module")
def definitions(server: Home, manifest: Path) -> Definitions:
    return build_definitions(server, manifest)


def key(name: str) -> AssetKey:
    return AssetKey(name.split("/"))


def parents(definitions: Definitions, name: str) -> set[str]:
    graph = definitions.get_repository_def().asset_graph
    return {parent.to_user_string() for parent in graph.get(key(name)).parent_keys}


def test_all_definitions_load_and_have_their_names(definitions: Definitions, manifest: Path) -> None:
    repository = definitions.get_repository_def()
    graph = repository.asset_graph
    ours = {asset.to_user_string() for asset in graph.materializable_asset_keys if len(asset.path) == 1}
    nodes = json.loads(manifest.read_text())["nodes"].values()
    models = {f"{node['schema']}/{node['name']}" for node in nodes if node["resource_type"] in {"model", "seed"}}
    assert ours == {"landing_files", "raw_readings", "station_exports"}
    assert {asset.to_user_string() for asset in graph.materializable_asset_keys} == ours | models
    assert [job.name for job in repository.get_all_jobs() if not job.name.startswith("__")] == ["files_to_exports"]
    assert [schedule.name for schedule in repository.schedule_defs] == ["hourly"]


def test_the_job_takes_the_whole_way_in_the_order_of_a_build(definitions: Definitions) -> None:
    job = definitions.resolve_job_def("files_to_exports")
    assert [node.name for node in job.nodes_in_topological_order] == [
        "landing_files",
        "metadata_models",
        "raw_readings",
        "reading_models",
        "station_exports",
    ]


def test_readings_come_from_what_landed_and_from_what_the_metadata_claim(definitions: Definitions) -> None:
    assert parents(definitions, "raw_readings") == {"landing_files", "metadata/loggers"}


@pytest.mark.parametrize("model", ["staging/stg_raw__channels", "staging/stg_raw__files", "cleaned/readings"])
def test_models_of_loaded_tables_come_from_the_readings(definitions: Definitions, model: str) -> None:
    assert "raw_readings" in parents(definitions, model)


def test_metadata_models_do_not_wait_for_readings(definitions: Definitions) -> None:
    graph = definitions.get_repository_def().asset_graph
    assert key("raw_readings") not in graph.get_ancestor_asset_keys(key("metadata/loggers"))


def test_each_data_test_runs_in_one_of_both_steps_of_a_build(server: Home) -> None:
    both = data_tests_of(server)
    metadata, readings = data_tests_of(server, "--select", METADATA), data_tests_of(server, "--exclude", METADATA)
    assert sorted(metadata + readings) == sorted(both)
    assert not [name for name in metadata if "assert_slots_of_a_month" in name]  # the ledger comes after the metadata


def data_tests_of(home: Home, *selected: str) -> list[str]:
    """The data tests that dbt runs with these models."""
    lines: list[str] = []
    run_dbt(home, ["ls", "--quiet", "--resource-type", "test", *selected], on_line=lines.append)
    return [line for line in lines if line.startswith("stationmanager.")]


def test_exports_come_from_the_models_that_exporters_read(definitions: Definitions) -> None:
    assert parents(definitions, "station_exports") == {
        "exports/stations",
        "exports/columns",
        "cleaned/readings",
        "cleaned/channel_periods",
        "cleaned/flagged_periods",
    }


def test_every_data_test_of_dbt_is_a_check(definitions: Definitions, manifest: Path) -> None:
    graph = definitions.get_repository_def().asset_graph
    content = json.loads(manifest.read_text())
    tests = {
        node["name"]
        for node in content["nodes"].values()
        if node["resource_type"] == "test" and node.get("attached_node")
    }
    assert tests
    assert tests <= {check.name for check in graph.asset_check_keys}


def test_the_schedule_runs_without_a_click(definitions: Definitions) -> None:
    (schedule,) = definitions.get_repository_def().schedule_defs
    assert schedule.default_status == DefaultScheduleStatus.RUNNING
    assert schedule.job_name == "files_to_exports"


def test_dagsters_programs_find_the_definitions_of_the_home_that_the_environment_names(
    home: Home, manifest: Path, tmp_path: Path
) -> None:
    program = str(Path(sys.executable).with_name("dagster"))
    settings = {"STATIONMANAGER_HOME": str(home.path), "DAGSTER_HOME": str(tmp_path), "DAGSTER_DISABLE_TELEMETRY": "1"}
    (tmp_path / "dagster.yaml").write_text(instance_settings())
    answer = subprocess.run(
        [program, "job", "list", "-m", "orchestration.definitions"],
        cwd=PROJECT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert "Job: files_to_exports" in answer.stdout


def test_at_most_two_runs_go_at_once_and_nothing_is_reported_to_anyone(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text(instance_settings())
    with DagsterInstance.from_config(str(tmp_path)) as instance:
        queue = instance.get_concurrency_config().run_queue_config
        assert queue
        assert queue.max_concurrent_runs == 2
        assert not instance.telemetry_enabled


def test_the_table_of_contents_stays_one() -> None:
    assert len((PROJECT / "orchestration" / "definitions.py").read_text().splitlines()) < 60
